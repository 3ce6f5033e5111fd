import { expect, test } from "vitest";
import { call } from "../learning/teaching.ts";
import { orderOne } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { claim, codeFor, companyWithSeats, rowsOf } from "./seats.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };
const tables = ["organisations", "organisation_members", "organisation_seats", "organisation_invites"];

/** Two companies, each with a manager and a learner who sits in one of its seats. */
async function twoCompanies(sql: Sql) {
  const built = [];
  for (let index = 0; index < 2; index++) {
    const company = await companyWithSeats(sql, 2);
    const learner = await newCustomer(sql);
    const seat = await claim(sql, learner, (await codeFor(sql, company)).code);
    built.push({ ...company, learner, seat });
  }
  return built as [(typeof built)[0], (typeof built)[0]];
}

const counts = async (sql: Sql) => {
  const seen = [];
  for (const table of tables) seen.push((await sql`select from ${sql(`public.${table}`)}`).length);
  return seen;
};

test("a manager sees their organisation whole, a member what is theirs, others nothing", () =>
  database.rolledBack(async (sql) => {
    const [one] = await twoCompanies(sql);
    await asCustomer(sql, one.manager);
    expect(await counts(sql)).toEqual([1, 2, 2, 1]);
    await asCustomer(sql, one.learner);
    expect(await counts(sql)).toEqual([1, 1, 1, 0]);
    await asCustomer(sql);
    expect(await counts(sql)).toEqual([0, 0, 0, 0]);
    await asOwner(sql);
    expect(await rowsOf(sql, one.manager, "organisation_progress", one.id)).toMatchObject([
      { learner_id: one.learner },
    ]);
    expect(await rowsOf(sql, one.manager, "organisation_people", one.id)).toHaveLength(2);
  }));

test("a manager sees of a learner neither their enrolment, nor their steps, nor their answers", () =>
  database.rolledBack(async (sql) => {
    const [one] = await twoCompanies(sql);
    await call(sql, one.learner, "complete_lesson", { lesson_id: one.course.lessons[0] });
    await asCustomer(sql, one.manager);
    for (const table of ["enrollments", "lesson_progress", "results", "quiz_attempts", "submissions"])
      expect(await sql`select from ${sql(`public.${table}`)}`, table).toHaveLength(0);
  }));

test("every manager sees the orders of the organisation and their invoices; whoever did not order them only looks", () =>
  database.rolledBack(async (sql) => {
    const [one, two] = await twoCompanies(sql);
    const [issued] = await sql`select private.issue_invoice(${one.order.id}) as id`;
    const invoice_id = issued?.id;
    const partner = await newCustomer(sql);
    await claim(sql, partner, (await codeFor(sql, one)).code);
    const papers = async (person: string) => {
      await asCustomer(sql, person);
      const seen = [];
      for (const table of ["orders", "order_items", "invoices", "invoice_lines"])
        seen.push((await sql`select from ${sql(`public.${table}`)}`).length);
      await asOwner(sql);
      return seen;
    };
    const order_id = one.order.id;
    const hidden = { code: "order_not_found", status: 404 };
    expect(await papers(one.manager)).toEqual([1, 1, 1, 1]);
    for (const person of [partner, two.manager]) {
      expect(await papers(person)).toEqual(person === partner ? [0, 0, 0, 0] : [1, 1, 0, 0]);
      await expectRefusal(() => call(sql, person, "get_order", { order_id }), hidden);
      await expectRefusal(() => call(sql, person, "invoice_document", { invoice_id }), {
        code: "invoice_not_found",
        status: 404,
      });
    }
    const role = { organisation_id: one.id, profile_id: partner, role: "manager" };
    await call(sql, one.manager, "set_organisation_role", role);
    expect(await papers(partner)).toEqual([1, 1, 1, 1]);
    expect(await call(sql, partner, "get_order", { order_id })).toMatchObject({
      customer: null,
      invoices: [{ id: invoice_id }],
      actions: [],
    });
    expect(await call(sql, partner, "invoice_document", { invoice_id })).toMatchObject({ order_id });
    await expectRefusal(() => call(sql, partner, "cancel_order", { order_id }), hidden);
    // an order of nobody's organisation is nothing to a manager
    const own = await orderOne(sql, await newCustomer(sql), one.course.variantId);
    for (const manager of [one.manager, partner])
      await expectRefusal(() => call(sql, manager, "get_order", { order_id: own.id }), hidden);
    await expectRefusal(() => call(sql, partner, "start_payment", { order_id }), hidden);
    await call(sql, one.manager, "set_organisation_role", { ...role, role: "member" });
    expect(await papers(partner)).toEqual([0, 0, 0, 0]);
  }));

test("another's organisation, seats and invitations answer as if they were not there", () =>
  database.rolledBack(async (sql) => {
    const [one, two] = await twoCompanies(sql);
    const [invite] = await sql`select id from public.organisation_invites where organisation_id = ${one.id}`;
    const organisation_id = one.id;
    const attempts: [string, Record<string, unknown>, string][] = [
      ["update_organisation", { organisation_id, name: "Mine" }, "organisation_not_found"],
      [
        "set_organisation_role",
        { organisation_id, profile_id: one.learner, role: "manager" },
        "organisation_not_found",
      ],
      ["remove_organisation_member", { organisation_id, profile_id: one.learner }, "organisation_not_found"],
      ["organisation_people", { organisation_id }, "organisation_not_found"],
      ["organisation_progress", { organisation_id }, "organisation_not_found"],
      ["quote_seats", { organisation_id, lines: [] }, "organisation_not_found"],
      ["order_seats", { organisation_id, lines: [] }, "organisation_not_found"],
      ["invite_to_seats", { organisation_id, intake_id: one.course.intakeId }, "organisation_not_found"],
      ["revoke_invite", { invite_id: invite?.id }, "invite_not_found"],
      ["assign_seat", { seat_id: one.seat.id, profile_id: two.manager }, "seat_not_found"],
      ["reclaim_seat", { seat_id: one.seat.id }, "seat_not_found"],
    ];
    for (const who of [two.manager, one.learner])
      for (const [verb, args, code] of attempts)
        if (!(who === one.learner && verb === "remove_organisation_member"))
          await expectRefusal(() => call(sql, who, verb, args), { code, status: 404 });
  }));

test("staff who may read organisations see all of them", () =>
  database.rolledBack(async (sql) => {
    await twoCompanies(sql);
    const seers = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if ((await counts(sql)).every((rows) => rows >= 2)) seers.push(role);
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "support"]);
  }));

test("nobody writes these tables by hand, and visitors reach neither them nor the verbs", () =>
  database.rolledBack(async (sql) => {
    const [one] = await twoCompanies(sql);
    for (const become of [() => asCustomer(sql, one.manager), () => asStaff(sql, "admin"), () => asService(sql)]) {
      await become();
      for (const table of tables) {
        await expectRefusal(() => sql`update ${sql(`public.${table}`)} set created_at = now()`, denied);
        await expectRefusal(() => sql`delete from ${sql(`public.${table}`)}`, denied);
      }
      await expectRefusal(() => sql`select * from private.claim_codes`, denied);
    }
    await asAnon(sql);
    for (const table of tables)
      await expectRefusal(() => sql`select from ${sql(`public.${table}`)}`, { code: "42501", status: 401 });
    await expectRefusal(() => sql`select public.claim_seat('ABCD')`, { code: "42501", status: 401 });
  }));
