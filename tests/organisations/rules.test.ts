import { describe, expect, test } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { call } from "../learning/teaching.ts";
import { refund } from "../payments/giving-back.ts";
import { coupon, promotion } from "../pricing/offers.ts";
import { cancelOrder, confirmPayment, endHold, enroll, getOrder, openPayment, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { publishedProduct } from "../support/products.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import {
  available,
  type Company,
  claim,
  codeFor,
  companyWithSeats,
  found,
  orderSeats,
  reclaim,
  rowsOf,
  standingOf,
} from "./seats.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });
const missing = (code: string) => ({ code, status: 404 });
const invalid = (code: string) => ({ code, status: 422 });

async function claimed(sql: Sql, code: string) {
  const learner = await newCustomer(sql);
  return { learner, seat: await claim(sql, learner, code) };
}

const itemOf = ({ order }: Company) => order.items[0]?.id ?? "";
const begin = (sql: Sql, company: Company, learner: string) =>
  call(sql, learner, "complete_lesson", { lesson_id: company.course.lessons[0] });

describe("an organisation buys seats", () => {
  test("N in one order, which are free seats of it once the order is paid, and not before", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 8, price: 100_00 });
      const organisation = await found(sql);
      const order = await orderSeats(sql, organisation, [{ variant_id: intake.variantId, quantity: 5 }]);
      expect(order).toMatchObject({
        status: "pending",
        total_amount: 500_00,
        purpose: "organisation",
        organisation_id: organisation.id,
        items: [{ quantity: 5, enrollment: null }],
      });
      expect(await available(sql, intake)).toBe(3);
      expect(await standingOf(sql, organisation)).toEqual({});
      await payOrder(sql, organisation.manager, order.id);
      expect(await standingOf(sql, organisation)).toEqual({ free: 5 });
      expect(await available(sql, intake)).toBe(3);
      expect((await sql`select from public.enrollments where intake_id = ${intake.intakeId}`).length).toBe(0);
    }));

  test("at once when they are free of charge", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 3, { price: 0 });
      expect(company.order.status).toBe("paid");
      expect(await standingOf(sql, company)).toEqual({ free: 3 });
    }));

  test("at the price from that quantity on, as the quote says", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { price: 100_00 });
      const [list] =
        await sql`insert into public.price_lists (name, status) values ('From ten', 'active') returning id`;
      await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
        values (${list?.id}, ${intake.variantId}, 'IDR', 10, 80_00)`;
      const organisation = await found(sql);
      const lines = [{ variant_id: intake.variantId, quantity: 10 }];
      const quote = await call(sql, organisation.manager, "quote_seats", {
        organisation_id: organisation.id,
        lines,
      });
      expect(quote).toMatchObject({ total_amount: 800_00, problems: [] });
      expect((await orderSeats(sql, organisation, lines)).total_amount).toBe(800_00);
    }));

  test("for less with a code, which is used once and comes back when the order dies", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { price: 100_00 });
      const { code } = await coupon(sql, await promotion(sql, { automatic: false }), { limit: 1 });
      const organisation = await found(sql);
      const args = {
        organisation_id: organisation.id,
        lines: [{ variant_id: intake.variantId, quantity: 3 }],
        coupon_codes: [code.toLowerCase()],
      };
      const quoted = await call(sql, organisation.manager, "quote_seats", args);
      expect(quoted).toMatchObject({ discount_amount: 30_00, total_amount: 270_00, problems: [] });
      const order = await call<Order>(sql, organisation.manager, "order_seats", args);
      expect(order).toMatchObject({ status: "pending", total_amount: 270_00 });
      await expectRefusal(() => call(sql, organisation.manager, "order_seats", args), conflict("coupon_used_up"));
      await cancelOrder(sql, organisation.manager, order.id);
      expect(await call(sql, organisation.manager, "order_seats", args)).toMatchObject({ total_amount: 270_00 });
      const wrong = { ...args, coupon_codes: ["NO-SUCH-CODE"] };
      expect(await call(sql, organisation.manager, "order_seats", wrong)).toMatchObject({ code: "coupon_not_found" });
      const [guesses] = await sql`select wrong from private.coupon_guesses where person_id = ${organisation.manager}`;
      expect(guesses?.wrong).toBe(1);
    }));

  test("not more than there are, not other things, and not for an organisation of others", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 2, price: 100_00 });
      const goods = await publishedProduct(sql);
      const organisation = await found(sql);
      const three = [{ variant_id: intake.variantId, quantity: 3 }];
      await expectRefusal(() => orderSeats(sql, organisation, three), conflict("out_of_stock"));
      const args = { organisation_id: organisation.id, lines: three };
      expect(await call(sql, organisation.manager, "quote_seats", args)).toMatchObject({
        problems: [{ code: "out_of_stock" }],
      });
      const thing = [{ variant_id: goods.variantIds[0], quantity: 1 }];
      await expectRefusal(() => orderSeats(sql, organisation, thing), invalid("invalid_lines"));
      const stranger = { id: organisation.id, manager: await newCustomer(sql) };
      await expectRefusal(() => orderSeats(sql, stranger, three), missing("organisation_not_found"));
    }));

  test("with an invoice that is addressed to it", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2);
      await call(sql, company.manager, "update_organisation", {
        organisation_id: company.id,
        billing_name: "PT Contoh Jaya",
        tax_number: "01.234.567.8-901.000",
        billing_address: "Jl. Dago 12, Bandung",
      });
      const [issued] = await sql`select private.issue_invoice(${company.order.id}) as id`;
      const [invoice] =
        await sql`select buyer_name, buyer_tax_id, buyer_address from public.invoices where id = ${issued?.id}`;
      expect(invoice).toEqual({
        buyer_name: "PT Contoh Jaya",
        buyer_tax_id: "01.234.567.8-901.000",
        buyer_address: "Jl. Dago 12, Bandung",
      });
    }));

  test("an order that ran out and is paid late still gives its seats; a manager may sit in one of them", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 4, price: 100_00 });
      const organisation = await found(sql);
      const order = await orderSeats(sql, organisation, [{ variant_id: intake.variantId, quantity: 2 }]);
      const payment = await openPayment(sql, organisation.manager, order.id);
      await endHold(sql, order.id);
      await sql`select private.expire_due_orders()`;
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect(await standingOf(sql, organisation)).toEqual({ free: 2 });
      const [seat] =
        await sql`select id from public.organisation_seats where organisation_id = ${organisation.id} limit 1`;
      await call(sql, organisation.manager, "assign_seat", { seat_id: seat?.id, profile_id: organisation.manager });
      expect((await getOrder(sql, organisation.manager, order.id)).items).toHaveLength(1);
    }));
});

describe("a code", () => {
  test("seats one person per free seat, who join the organisation, and then says that none is left", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2);
      const { code } = await codeFor(sql, company);
      const first = await claimed(sql, code);
      expect(first.seat).toMatchObject({ organisation_id: company.id, status: "assigned", learner_id: first.learner });
      const [mine] = await rowsOf(sql, first.learner, "my_courses");
      expect(mine).toMatchObject({ intake_id: company.course.intakeId, status: "active", order_number: null });
      await claimed(sql, code.toLowerCase().replaceAll("-", " "));
      await expectRefusal(() => claimed(sql, code), conflict("no_seats_left"));
      await expectRefusal(() => claim(sql, first.learner, code), conflict("already_enrolled"));
    }));

  test("is kept as a hash only, ends by its time and by being revoked, and a wrong one is not found", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 3);
      const { id, code } = await codeFor(sql, company);
      const learner = await newCustomer(sql);
      await expectRefusal(
        () => claim(sql, learner, `${code.slice(0, -1)}0`.replace(code, "FFFF")),
        missing("claim_code_not_found"),
      );
      await expectRefusal(() => claim(sql, learner, ""), missing("claim_code_not_found"));
      await call(sql, company.manager, "revoke_invite", { invite_id: id });
      await expectRefusal(() => claim(sql, learner, code), conflict("invite_ended"));
      const second = await codeFor(sql, company);
      await sql`update public.organisation_invites set expires_at = now() where id = ${second.id}`;
      await expectRefusal(() => claim(sql, learner, second.code), conflict("invite_ended"));
      const [kept] = await sql`select count(*)::int as codes from private.claim_codes
        where length(code_hash) <> 32 or code_hash in (convert_to(${code}, 'UTF8'), convert_to(${second.code}, 'UTF8'))`;
      expect(kept?.codes).toBe(0);
    }));

  test("by mail keeps a seat for one person, whose code is good once, until it runs out or is revoked", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 1);
      const invite = { organisation_id: company.id, intake_id: company.course.intakeId, email: "ayu@example.test" };
      const first = await call<{ id: string; code: null }>(sql, company.manager, "invite_to_seats", invite);
      expect(first.code).toBeNull();
      expect(await standingOf(sql, company)).toEqual({ invited: 1 });
      const { code } = await codeFor(sql, company);
      await expectRefusal(() => claimed(sql, code), conflict("no_seats_left"));
      await call(sql, company.manager, "revoke_invite", { invite_id: first.id });
      expect(await standingOf(sql, company)).toEqual({ free: 1 });
      const second = await call<{ id: string }>(sql, company.manager, "invite_to_seats", invite);
      await sql`update public.organisation_invites set expires_at = now() where id = ${second.id}`;
      const third = await call<{ id: string }>(sql, company.manager, "invite_to_seats", invite);
      const [mail] =
        await sql`select private.issue_invite_code(${third.id}) as code, private.issue_invite_code(${second.id}) as late`;
      expect(mail?.late).toBeNull();
      await claimed(sql, mail?.code);
      expect(await standingOf(sql, company)).toEqual({ assigned: 1 });
      await expectRefusal(() => claimed(sql, mail?.code), conflict("invite_ended"));
      await expectRefusal(
        () => call(sql, company.manager, "revoke_invite", { invite_id: third.id }),
        conflict("invite_ended"),
      );
    }));

  test("takes its learner off the waiting list, and an offer they had goes to the next", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2, { seats: 2 });
      const [offered, waiting, next] = [await newCustomer(sql), await newCustomer(sql), await newCustomer(sql)];
      for (const learner of [offered, waiting, next]) await joinWaitlist(sql, learner, company.course.intakeId);
      await sql`update public.intakes set seats = 3 where id = ${company.course.intakeId}`;
      const { code } = await codeFor(sql, company);
      await claim(sql, waiting, code);
      await claim(sql, offered, code);
      expect(await standing(sql, company.course.intakeId, [offered, waiting, next])).toEqual([
        "left",
        "left",
        "offered",
      ]);
    }));
});

describe("a seat", () => {
  test("is assigned by hand to people of the organisation only, and taken back until they begin", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2);
      const { code } = await codeFor(sql, company);
      const { learner, seat } = await claimed(sql, code);
      expect(await reclaim(sql, company, seat.id)).toMatchObject({ status: "free", learner_id: null });
      const [ended] = await sql`select status from public.enrollments where id = ${seat.enrollment_id}`;
      expect(ended?.status).toBe("cancelled");
      await expectRefusal(() => reclaim(sql, company, seat.id), conflict("seat_not_assigned"));
      const assign = (profile_id: string) =>
        call(sql, company.manager, "assign_seat", { seat_id: seat.id, profile_id });
      await expectRefusal(async () => assign(await newCustomer(sql)), missing("member_not_found"));
      await assign(learner);
      await expectRefusal(() => assign(company.manager), conflict("seat_not_free"));
      await begin(sql, company, learner);
      await expectRefusal(() => reclaim(sql, company, seat.id), conflict("seat_begun"));
    }));

  test("of who leaves is free again when they had not begun it, and theirs when they had", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2);
      const { code } = await codeFor(sql, company);
      const [idle, busy] = [await claimed(sql, code), await claimed(sql, code)];
      await begin(sql, company, busy.learner);
      const leave = (profile_id: string, by = profile_id) =>
        call(sql, by, "remove_organisation_member", { organisation_id: company.id, profile_id });
      expect(await leave(idle.learner)).toMatchObject({ seats_kept: 0 });
      expect(await rowsOf(sql, company.manager, "organisation_progress", company.id)).toMatchObject([
        { learner_id: busy.learner, state: "completed", progress_percent: 100 },
      ]);
      expect(await leave(busy.learner, company.manager)).toMatchObject({ seats_kept: 1 });
      expect(await standingOf(sql, company)).toEqual({ assigned: 1, free: 1 });
      expect(await rowsOf(sql, company.manager, "organisation_progress", company.id)).toEqual([]);
      await expectRefusal(() => leave(company.manager), conflict("last_manager"));
      await expectRefusal(() => leave(idle.learner, company.manager), missing("member_not_found"));
    }));
});

describe("a refund of the order", () => {
  test("in part takes free seats first, then those nobody began, and never one that was begun", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 4, { seats: 4 });
      const { code } = await codeFor(sql, company);
      const [idle, busy] = [await claimed(sql, code), await claimed(sql, code)];
      await begin(sql, company, busy.learner);
      const giveBack = (quantity: number) =>
        refund(sql, company.order.id, { lines: [{ order_item_id: itemOf(company), quantity }] });
      await giveBack(2);
      expect(await standingOf(sql, company)).toEqual({ assigned: 2, ended: 2 });
      expect(await available(sql, company.course)).toBe(2);
      await giveBack(1);
      expect(await standingOf(sql, company)).toEqual({ assigned: 1, ended: 3 });
      const [left] =
        await sql`select learner_id from public.organisation_seats where status = 'assigned' and organisation_id = ${company.id}`;
      expect(left?.learner_id).toBe(busy.learner);
      const [gone] = await sql`select status from public.enrollments where id = ${idle.seat.enrollment_id}`;
      expect(gone?.status).toBe("cancelled");
    }));

  test("refuses a part that only begun seats could give, and ends them all when the whole order goes back", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2);
      const { code } = await codeFor(sql, company);
      for (const { learner } of [await claimed(sql, code), await claimed(sql, code)])
        await begin(sql, company, learner);
      const one = { lines: [{ order_item_id: itemOf(company), quantity: 1 }] };
      await expectRefusal(() => refund(sql, company.order.id, one), conflict("seats_begun"));
      await refund(sql, company.order.id);
      expect(await standingOf(sql, company)).toEqual({ ended: 2 });
      const live =
        await sql`select from public.enrollments where intake_id = ${company.course.intakeId} and status <> 'cancelled'`;
      expect(live).toHaveLength(0);
      expect(await available(sql, company.course)).toBe(20);
    }));

  test("or its cancellation ends the code as well", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 2, { price: 0 });
      const { code } = await codeFor(sql, company);
      await claimed(sql, code);
      await cancelOrder(sql, company.manager, company.order.id);
      expect(await standingOf(sql, company)).toEqual({ ended: 2 });
      await expectRefusal(() => claimed(sql, code), conflict("no_seats_left"));
    }));
});

describe("an organisation", () => {
  test("has a name, and a manager at every moment", () =>
    database.rolledBack(async (sql) => {
      const { id, manager } = await found(sql);
      await expectRefusal(
        () => call(sql, manager, "create_organisation", { name: " " }),
        invalid("invalid_organisation"),
      );
      const wrong = { name: "PT", billing_email: "nobody" };
      await expectRefusal(() => call(sql, manager, "create_organisation", wrong), invalid("invalid_email"));
      const demote = { organisation_id: id, profile_id: manager, role: "member" };
      await expectRefusal(() => call(sql, manager, "set_organisation_role", demote), conflict("last_manager"));
      await expectRefusal(
        () => call(sql, manager, "set_organisation_role", { ...demote, role: "owner" }),
        invalid("invalid_role"),
      );
    }));

  test("is founded for a customer by staff, and by nobody else for another", () =>
    database.rolledBack(async (sql) => {
      const manager = await newCustomer(sql);
      const wish = { name: "School", manager_id: manager };
      await expectRefusal(async () => call(sql, await newCustomer(sql), "create_organisation", wish), {
        code: "permission_denied",
        status: 403,
      });
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      await call(sql, support, "create_organisation", wish);
      const people = await sql`select role from public.organisation_members where profile_id = ${manager}`;
      expect(people).toEqual([{ role: "manager" }]);
    }));

  test("gives the same answer for the same key", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 1);
      const { code } = await codeFor(sql, company);
      const learner = await newCustomer(sql);
      const first = await call(sql, learner, "claim_seat", { code, idempotency_key: "once" });
      expect(await call(sql, learner, "claim_seat", { code, idempotency_key: "once" })).toEqual(first);
      const other = await publishedIntake(sql);
      await enroll(sql, learner, other.intakeId);
    }));
});
