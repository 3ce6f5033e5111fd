import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asAnon, asCustomer, asOwner, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { creditOf, grant, payWithCredit, record } from "./credit.ts";
import { deliver } from "./deliver.ts";
import { refund } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { dueOf, moneyOf, openPart } from "./parts.ts";
import { paid } from "./provider-events.ts";
import { cancel, expireDue, holdEnds, openOrder, PRICE } from "./sale.ts";

const database = useDatabase();
const PART = 4_000_000;

/** Gives money back to store credit. */
function toCredit(sql: Sql, orderId: string, amount: number | null = null, destination = "store_credit") {
  return actingAs(sql, "service", async (tx) => {
    const [row] =
      await tx`select public.refund_order(${orderId}, amount => ${amount}, reason => 'why', destination => ${destination}) as answer`;
    return row?.answer;
  });
}

describe("store credit", () => {
  test("is granted and taken back by staff, never below zero, and the books owe it", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const key = randomUUID();
      expect(await grant(sql, person, 700, "IDR", key)).toBe(700);
      expect(await grant(sql, person, 700, "IDR", key)).toBe(700);
      expect(await grant(sql, person, -300)).toBe(400);
      await expectRefusal(() => grant(sql, person, -401), { code: "store_credit_insufficient", status: 409 });
      expect(await creditOf(sql, person)).toBe(400);
      const books = await sql`select account, balance_amount from public.ledger_balance('IDR')
        where account in ('store_credit', 'credit_given') order by 1`;
      expect(books.map((row) => row.balance_amount)).toEqual([400, -400]);
      const [audit] =
        await sql`select count(*)::int as rows from public.audit_log where table_name = 'store_credit_entries'`;
      expect(audit?.rows).toBe(2);
      await expectInvariants(sql);
    });
  });

  test.each([
    ["nothing", 0, "IDR", "invalid_payment_amount", 422],
    ["more than there is money", "9223372036854775807", "IDR", "invalid_payment_amount", 422],
    ["another currency", 1, "XXX", "currency_not_supported", 422],
  ])("is not granted for %s", async (_what, amount, currency, code, status) => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await expectRefusal(() => grant(sql, person, amount, currency), { code, status });
      await expectRefusal(() => grant(sql, randomUUID(), 1), { code: "profile_not_found", status: 404 });
    });
  });

  test("pays an order at once when it covers what is due", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await grant(sql, order.customerId, PRICE + 5);
      const key = randomUUID();
      const answer = await payWithCredit(sql, order, null, key);
      expect(answer).toMatchObject({
        order: { status: "paid", due_amount: 0 },
        payment: { method: "store_credit", status: "success", captured_amount: PRICE },
        balance_amount: 5,
      });
      expect(await payWithCredit(sql, order, null, key)).toEqual(answer);
      expect(await outcomeOf(sql, order)).toMatchObject({
        enrollments: ["active"],
        ledger: { store_credit: PRICE, revenue: -PRICE },
      });
      expect(await moneyOf(sql, order)).toMatchObject({ kept_amount: PRICE, unexplained_amount: 0 });
      await expectRefusal(() => payWithCredit(sql, order), { code: "order_not_payable", status: 409 });
      await expectInvariants(sql);
    });
  });

  test("pays as much as there is, and the card pays the rest", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await grant(sql, order.customerId, PART);
      await openPart(sql, order);
      expect(await payWithCredit(sql, order)).toMatchObject({
        order: { status: "pending", due_amount: PRICE - PART },
        balance_amount: 0,
      });
      expect((await outcomeOf(sql, order)).payments).toEqual(["cancelled 0 0", `success ${PART} 0`]);
      await expectInvariants(sql);
      await deliver(sql, paid(await openPart(sql, order)));
      expect((await outcomeOf(sql, order)).order).toBe("paid");
      await expectInvariants(sql);
    });
  });

  test("is refused when there is none or too little, and for what is another's", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const none = { code: "store_credit_insufficient", status: 409 };
      await expectRefusal(() => payWithCredit(sql, order), none);
      await grant(sql, order.customerId, PART);
      await expectRefusal(() => payWithCredit(sql, order, PART + 1), none);
      for (const amount of [0, -1])
        await expectRefusal(() => payWithCredit(sql, order, amount), { code: "invalid_payment_amount", status: 422 });
      const rich = await newCustomer(sql);
      await grant(sql, rich, PRICE);
      await expectRefusal(() => payWithCredit(sql, { ...order, customerId: rich }), {
        code: "order_not_found",
        status: 404,
      });
      await grant(sql, order.customerId, PRICE);
      await expectRefusal(() => payWithCredit(sql, order, PRICE + 1), { code: "amount_exceeds_due", status: 409 });
      expect(await creditOf(sql, order.customerId)).toBe(PART + PRICE);
    });
  });

  test.each([
    ["its order expires", "order_expired"],
    ["its order is cancelled", "order_cancelled"],
  ])("comes back at once when %s", async (_how, reason) => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await grant(sql, order.customerId, PART);
      await payWithCredit(sql, order);
      if (reason === "order_expired") await holdEnds(sql, order).then(() => expireDue(sql));
      else await cancel(sql, order, "customer");
      expect(await outcomeOf(sql, order)).toMatchObject({
        payments: [`refunded ${PART} ${PART}`],
        refunds: [`${reason} success ${PART}`],
        ledger: {},
      });
      expect(await creditOf(sql, order.customerId)).toBe(PART);
      await expectInvariants(sql);
    });
  });

  test("comes back in the same call when what it pays sold out", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql, { seats: 1 });
      await grant(sql, order.customerId, PRICE);
      await sql`update public.reservations set expires_at = now() - interval '1 second' where holder_id = ${order.orderId}`;
      await openOrder(sql, { intake: order });
      expect(await payWithCredit(sql, order)).toMatchObject({ order: { status: "cancelled" }, balance_amount: PRICE });
      expect((await outcomeOf(sql, order)).refunds).toEqual([`undeliverable success ${PRICE}`]);
      await expectInvariants(sql);
    });
  });

  test("takes a refund in place of the card, at once and exactly", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const { refund: made } = await toCredit(sql, sale.orderId, PART);
      expect(made).toMatchObject({ status: "success", destination: "store_credit", amount: PART });
      expect(await creditOf(sql, sale.customerId)).toBe(PART);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "partially_refunded",
        payments: [`success ${PRICE} ${PART}`],
        ledger: { cash_in_transit: PRICE, store_credit: -PART, refunds: PART, revenue: -PRICE },
      });
      expect(await moneyOf(sql, sale)).toMatchObject({ kept_amount: PRICE - PART, unexplained_amount: 0 });
      await expectInvariants(sql);
      await toCredit(sql, sale.orderId);
      expect(await creditOf(sql, sale.customerId)).toBe(PRICE);
      expect((await outcomeOf(sql, sale)).order).toBe("refunded");
      await expectInvariants(sql);
      await expectRefusal(() => toCredit(sql, sale.orderId, null, "bank"), {
        code: "invalid_refund_destination",
        status: 422,
      });
    });
  });

  test("is given back to itself by a refund of what it paid", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await grant(sql, order.customerId, PRICE);
      await payWithCredit(sql, order);
      await refund(sql, order.orderId, { amount: PART });
      expect(await creditOf(sql, order.customerId)).toBe(PART);
      await refund(sql, order.orderId);
      expect(await creditOf(sql, order.customerId)).toBe(PRICE);
      expect(await outcomeOf(sql, order)).toMatchObject({
        order: "refunded",
        ledger: { revenue: -PRICE, refunds: PRICE },
      });
      await expectInvariants(sql);
    });
  });

  test("is seen by its person and staff who see payments, granted by finance and admin, and written by nobody", async () => {
    await database.rolledBack(async (sql) => {
      const [person, other] = [await newCustomer(sql), await newCustomer(sql)];
      await grant(sql, person, 7);
      const seen = async () => (await sql`select amount from public.store_credit_entries`).length;
      await asCustomer(sql, person);
      expect(await seen()).toBe(1);
      for (const write of [
        sql`insert into public.store_credit_entries (account_id, kind, amount, reference_id) select id, 'granted', 1, gen_random_uuid() from public.store_credit_accounts`,
        sql`update public.store_credit_entries set amount = 8`,
        sql`insert into public.store_credit_accounts (person_id, currency) values (${person}, 'USD')`,
      ])
        expect((await refusalOf(() => write))?.code).toBe("42501");
      await asCustomer(sql, other);
      expect(await seen()).toBe(0);
      expect(await sql`select * from public.my_store_credit()`).toEqual([]);
      for (const role of staffRoles) {
        await asStaff(sql, role);
        const refusal = await refusalOf(() => sql`select public.grant_store_credit(${person}, 0, 'IDR', 'why')`);
        const may = ["finance", "admin"].includes(role);
        expect(refusal?.code).toBe(may ? "invalid_payment_amount" : "permission_denied");
        expect(await sql`select * from public.my_store_credit()`).toEqual([]);
        expect([role, await seen()]).toEqual([role, ["finance", "admin", "support", "auditor"].includes(role) ? 1 : 0]);
      }
      await asAnon(sql);
      expect((await refusalOf(() => sql`select * from public.my_store_credit()`))?.code).toBe("42501");
      await asOwner(sql);
      await expectRefusal(() => sql`delete from public.store_credit_entries`, { code: "append_only", status: 409 });
    });
  });
});

describe("money that came by hand", () => {
  test("pays the order, is booked where it lies, audited, and counts once per key", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const key = randomUUID();
      const first = await record(sql, order, { amount: PART, key });
      expect(first).toMatchObject({
        order: { status: "pending", due_amount: PRICE - PART },
        payment: { method: "cash", reference: "receipt 17", captured_amount: PART },
      });
      expect(await record(sql, order, { amount: PART, key })).toEqual(first);
      await record(sql, order, { method: "other", reference: "by post" });
      expect(await outcomeOf(sql, order)).toMatchObject({
        order: "paid",
        enrollments: ["active"],
        ledger: { cash: PART, bank: PRICE - PART, revenue: -PRICE },
      });
      const [audit] = await sql`select count(*)::int as rows from public.audit_log where table_name = 'payments'`;
      expect(audit?.rows).toBe(2);
      expect(await dueOf(sql, order)).toBe(0);
      await expectRefusal(() => record(sql, order), { code: "order_not_payable", status: 409 });
      await expectInvariants(sql);
    });
  });

  test("goes back when staff say that it was handed back", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await record(sql, order);
      const answer = await refund(sql, order.orderId);
      expect(answer.refund.status).toBe("pending");
      await actingAs(
        sql,
        "service",
        (tx) => tx`select public.record_transfer_refund(${answer.refund.id}, 'from the till')`,
      );
      expect(await outcomeOf(sql, order)).toMatchObject({
        payments: [`refunded ${PRICE} ${PRICE}`],
        ledger: { revenue: -PRICE, refunds: PRICE },
      });
      await expectInvariants(sql);
    });
  });

  test("is refused without a method, a reference, an order or a right amount, and to all but finance and admin", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await expectRefusal(() => record(sql, order, { method: "checkout" }), {
        code: "invalid_payment_method",
        status: 422,
      });
      await expectRefusal(() => record(sql, order, { reference: " " }), { code: "invalid_reason", status: 422 });
      await expectRefusal(() => record(sql, order, { amount: 0 }), { code: "invalid_payment_amount", status: 422 });
      await expectRefusal(() => record(sql, order, { amount: PRICE + 1 }), { code: "amount_exceeds_due", status: 409 });
      await expectRefusal(() => record(sql, { ...order, orderId: randomUUID() }), {
        code: "order_not_found",
        status: 404,
      });
      for (const role of staffRoles) {
        await asStaff(sql, role);
        const refusal = await refusalOf(() => sql`select public.record_payment(${order.orderId}, 'cash', 0, 'why')`);
        expect(refusal?.code).toBe(
          ["finance", "admin"].includes(role) ? "invalid_payment_amount" : "permission_denied",
        );
      }
      await asCustomer(sql, order.customerId);
      const own = await refusalOf(() => sql`select public.record_payment(${order.orderId}, 'cash', null, 'why')`);
      expect(own?.code).toBe("permission_denied");
      await asOwner(sql);
    });
  });
});
