import { expect, test } from "vitest";
import { call } from "../learning/teaching.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { grant, support } from "./granting.ts";

const database = useDatabase();

test("support and admins grant, with a reason, to people who are there; nobody else", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await publishedIntake(sql);
    const missing = (code: string) => ({ code, status: 404 });
    for (const role of staffRoles) {
      const staff = await asStaff(sql, role);
      await asOwner(sql);
      const learner = await newCustomer(sql);
      if (role === "admin" || role === "support") await grant(sql, staff, intakeId, learner);
      else await expectRefusal(() => grant(sql, staff, intakeId, learner), { code: "permission_denied", status: 403 });
    }
    const [staff, learner] = [await support(sql), await newCustomer(sql)];
    await expectRefusal(() => grant(sql, staff, intakeId, learner, { reason: " " }), {
      code: "invalid_reason",
      status: 422,
    });
    await expectRefusal(() => grant(sql, staff, intakeId, intakeId), missing("profile_not_found"));
    await expectRefusal(() => grant(sql, staff, learner, learner), missing("intake_not_found"));
  }));

test("who granted what and why is for staff who read enrolments; its learner has the seat and not the reason", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await publishedIntake(sql);
    const [staff, learner] = [await support(sql), await newCustomer(sql)];
    const { id } = await grant(sql, staff, intakeId, learner);
    const seen = async () => (await sql`select from public.seat_grants`).length;
    const seers = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if ((await seen()) > 0) seers.push(role);
      await asOwner(sql);
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "support"]);
    await asCustomer(sql, learner);
    expect(await seen()).toBe(0);
    expect(await sql`select from public.enrollments where id = ${id}`).toHaveLength(1);
    await asOwner(sql);
    const withdraw = (who: string) => call(sql, who, "withdraw_seat", { enrollment_id: id, reason: "Mine" });
    for (const who of [learner, await newCustomer(sql)])
      await expectRefusal(() => withdraw(who), { code: "permission_denied", status: 403 });
    for (const become of [() => asCustomer(sql, learner), () => asStaff(sql, "admin"), () => asService(sql)]) {
      await become();
      await expectRefusal(() => sql`update public.seat_grants set reason = 'Mine'`, { code: "42501", status: 403 });
      await asOwner(sql);
    }
    await asAnon(sql);
    await expectRefusal(seen, { code: "42501", status: 401 });
    await expectRefusal(() => sql`select public.grant_seat(${intakeId}, ${learner}, 'Mine')`, {
      code: "42501",
      status: 401,
    });
    await asOwner(sql);
  }));
