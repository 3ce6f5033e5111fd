import { describe, expect, test } from "vitest";
import { as, enroll, orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";

const database = useDatabase();

const seenEnrollments = async (sql: Sql, ids: string[]) =>
  (await sql`select id from public.enrollments where id = any (${ids}::uuid[])`).map(({ id }) => id);

describe("enrolments", () => {
  test("are seen by their learner, by staff who may, and by nobody else", () =>
    database.rolledBack(async (sql) => {
      const [one, two] = [await newCustomer(sql), await newCustomer(sql)];
      const { intakeId } = await publishedIntake(sql, { seats: 5 });
      const first = (await enroll(sql, one, intakeId)).enrollment.id;
      const second = (await enroll(sql, two, intakeId)).enrollment.id;
      const both = [first, second];
      expect(await as(sql, one, (tx) => seenEnrollments(tx, both))).toEqual([first]);
      expect(await as(sql, two, (tx) => seenEnrollments(tx, both))).toEqual([second]);
      expect(await as(sql, await newCustomer(sql), (tx) => seenEnrollments(tx, both))).toEqual([]);
      for (const role of staffRoles) {
        await asStaff(sql, role);
        expect(await seenEnrollments(sql, both), role).toHaveLength(
          ["support", "admin", "auditor"].includes(role) ? 2 : 0,
        );
      }
      await asOwner(sql);
      await asAnon(sql);
      await expectRefusal(() => seenEnrollments(sql, both), { code: "42501", status: 401 });
    }));

  test("are written by verbs only: nobody enrols, activates or moves a learner by hand", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 5, price: 10_00 });
      const other = await publishedIntake(sql, { seats: 5 });
      const order = await orderOne(sql, learner, variantId);
      const id = order.items[0]?.enrollment?.id as string;
      const attempts = [
        () =>
          sql`insert into public.enrollments (intake_id, learner_id, status, enrolled_at) values (${other.intakeId}, ${learner}, 'active', now())`,
        () => sql`update public.enrollments set status = 'active', enrolled_at = now() where id = ${id}`,
        () => sql`update public.enrollments set learner_id = gen_random_uuid() where id = ${id}`,
        () => sql`delete from public.enrollments where id = ${id}`,
        () => sql`select private.activate_enrollments(array(select id from public.order_items))`,
        () => sql`select private.end_enrollments('{}', 'cancelled')`,
      ];
      for (const become of [(sql: Sql) => asCustomer(sql, learner), (sql: Sql) => asStaff(sql, "admin"), asService]) {
        await asOwner(sql);
        await become(sql);
        for (const attempt of attempts) await expectRefusal(attempt, { code: "42501", status: 403 });
      }
      expect(intakeId).not.toBe(other.intakeId);
    }));
});

describe("verbs of learners", () => {
  test("are not for visitors, nor for the secret key, which is no person", () =>
    database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql, { seats: 5 });
      for (const [become, status] of [
        [asAnon, 401],
        [asService, 403],
      ] as const) {
        await asOwner(sql);
        await become(sql);
        await expectRefusal(() => sql`select public.enroll(${intakeId})`, { code: "42501", status });
        await expectRefusal(() => sql`select * from public.my_courses()`, { code: "42501", status });
      }
    }));

  test("refuse a token that outlived its account", () =>
    database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql, { seats: 5 });
      const gone = await newCustomer(sql);
      await sql`select set_config('role', 'none', true)`;
      await sql`delete from auth.users where id = ${gone}`;
      await asCustomer(sql, gone);
      const closed = { code: "account_closed", status: 401 };
      await expectRefusal(() => sql`select public.enroll(${intakeId})`, closed);
      await expectRefusal(() => sql`select * from public.my_courses()`, closed);
    }));

  test("are for staff too, who learn like anybody and get nothing for free", () =>
    database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql, { seats: 5, price: 10_00 });
      const closed = await publishedIntake(sql, {
        seats: 5,
        closes: new Date(Date.now() - 30_000),
        opens: new Date(Date.now() - 60_000),
      });
      const admin = await asStaff(sql, "admin");
      await asOwner(sql);
      await expectRefusal(() => enroll(sql, admin, intakeId), { code: "payment_required", status: 402 });
      await expectRefusal(() => enroll(sql, admin, closed.intakeId), { code: "intake_closed", status: 409 });
    }));
});
