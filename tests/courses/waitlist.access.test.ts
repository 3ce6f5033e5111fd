import { expect, test } from "vitest";
import { cancelOrder, enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { joinWaitlist, myWaitlist } from "../support/waiting.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };

/** An intake with two people in line, the first of whom is offered its seat. */
async function withQueue(sql: Sql) {
  const { intakeId } = await publishedIntake(sql, { seats: 1 });
  const owner = await newCustomer(sql);
  const { order } = await enroll(sql, owner, intakeId);
  const [first, second] = [await newCustomer(sql), await newCustomer(sql)];
  for (const learner of [first, second]) await joinWaitlist(sql, learner, intakeId);
  await cancelOrder(sql, owner, order.id);
  return { intakeId, first, second };
}

const seen = async (sql: Sql) =>
  (await sql`select learner_id from public.waitlist_entries`).map((row) => row.learner_id);

test("a learner sees their own entry, and of the others only how many are before them", () =>
  database.rolledBack(async (sql) => {
    const { first, second } = await withQueue(sql);
    await asCustomer(sql, first);
    expect(await seen(sql)).toEqual([first]);
    await asCustomer(sql, second);
    expect(await seen(sql)).toEqual([second]);
    expect(await myWaitlist(sql, second)).toMatchObject([{ place: 1 }]);
    await asCustomer(sql);
    expect(await seen(sql)).toEqual([]);
  }));

test("staff who may read enrolments see the whole list", () =>
  database.rolledBack(async (sql) => {
    await withQueue(sql);
    const seers = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if ((await seen(sql)).length > 0) seers.push(role);
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "support"]);
  }));

test("nobody writes the list by hand: the order in it is made by joining", () =>
  database.rolledBack(async (sql) => {
    const { intakeId, first } = await withQueue(sql);
    const writers = [
      () => asCustomer(sql, first),
      () => asStaff(sql, "admin"),
      () => asStaff(sql, "catalog_manager"),
      () => asService(sql),
    ];
    for (const become of writers) {
      await become();
      await expectRefusal(
        () => sql`insert into public.waitlist_entries (intake_id, learner_id) values (${intakeId}, ${first})`,
        denied,
      );
      await expectRefusal(() => sql`update public.waitlist_entries set position = default`, denied);
      await expectRefusal(() => sql`update public.waitlist_entries set status = 'offered'`, denied);
      await expectRefusal(() => sql`delete from public.waitlist_entries`, denied);
    }
  }));

test("a visitor and the secret key stand in no line", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await withQueue(sql);
    for (const become of [asAnon, asService]) {
      await become(sql);
      const refusal = { code: "42501", status: become === asAnon ? 401 : 403 };
      await expectRefusal(() => sql`select public.join_waitlist(${intakeId})`, refusal);
      await expectRefusal(() => sql`select public.leave_waitlist(${intakeId})`, refusal);
      await expectRefusal(() => sql`select public.my_waitlist()`, refusal);
    }
    await asAnon(sql);
    await expectRefusal(() => sql`select from public.waitlist_entries`, { code: "42501", status: 401 });
    await asOwner(sql);
  }));

test("no client reaches the functions that move seats", () =>
  database.rolledBack(async (sql) => {
    for (const become of [asCustomer, asService, (tx: Sql) => asStaff(tx, "admin")]) {
      await become(sql);
      await expectRefusal(() => sql`select private.expire_due_offers()`, denied);
      await expectRefusal(
        () => sql`select private.accept_offer(gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now())`,
        denied,
      );
      await expectRefusal(() => sql`select private.pass_on_units(gen_random_uuid(), 0, gen_random_uuid(), 1)`, denied);
    }
  }));

test("the shop's catalogue staff decide whether an intake keeps a list", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await withQueue(sql);
    const change = () => sql`update public.intakes set has_waitlist = false where id = ${intakeId} returning id`;
    await asCustomer(sql);
    expect(await change()).toHaveLength(0);
    await asStaff(sql, "catalog_manager");
    expect(await change()).toHaveLength(1);
  }));
