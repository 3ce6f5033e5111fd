import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants, violations } from "../support/invariants.ts";
import { deliver } from "./deliver.ts";
import { refund, told } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { dueOf, moneyOf, openPart, startPart } from "./parts.ts";
import { completedUnpaid, paid, refundEvent } from "./provider-events.ts";
import { cancel, expireDue, holdEnds, type OpenOrder, openOrder, PRICE, type Sale } from "./sale.ts";
import { offerTransfers, review, sendProof, startTransfer } from "./transfer.ts";

const database = useDatabase();
const PART = 4_000_000;

/** An order of which a part was paid by card. */
async function partPaid(sql: Sql, wish: Parameters<typeof openOrder>[1] = {}): Promise<Sale> {
  const part = await openPart(sql, await openOrder(sql, wish), PART);
  expect(await deliver(sql, paid(part))).toBe("applied");
  return part;
}

/** An order that is delivered although a part of it is owed. */
async function owing(sql: Sql): Promise<Sale> {
  const part = await partPaid(sql);
  await sql`select private.confirm_order(${part.orderId}, 'instalments')`;
  return part;
}

describe("an order paid in parts", () => {
  test("waits for the rest, says what is due, and is paid by card and transfer together", async () => {
    await database.rolledBack(async (sql) => {
      const part = await partPaid(sql);
      expect(await outcomeOf(sql, part)).toMatchObject({
        order: "pending",
        payments: [`success ${PART} 0`],
        enrollments: ["reserved"],
        ledger: { cash_in_transit: PART, receivable: -PART },
      });
      expect(await dueOf(sql, part)).toBe(PRICE - PART);
      await expectInvariants(sql);
      await offerTransfers(sql);
      const { payment } = await startTransfer(sql, part);
      expect(payment).toMatchObject({ amount: PRICE - PART, due_amount: PRICE - PART });
      const proofId = await sendProof(sql, { ...part, paymentId: payment.id });
      const { order } = await review(sql, proofId, { approve: true });
      expect(order).toMatchObject({ status: "paid", due_amount: 0 });
      expect(await outcomeOf(sql, part)).toMatchObject({
        refunds: [],
        enrollments: ["active"],
        ledger: { cash_in_transit: PART, bank: PRICE - PART, revenue: -PRICE },
      });
      expect(await moneyOf(sql, part)).toMatchObject({ kept_amount: PRICE, owed_amount: 0, unexplained_amount: 0 });
      await expectInvariants(sql);
    });
  });

  test("is asked for once: another amount or method replaces the open attempt, the same one finds it", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const first = await startPart(sql, order, PART);
      expect((await startPart(sql, order, PART)).payment.id).toBe(first.payment.id);
      const whole = await startPart(sql, order);
      expect(whole.payment).toMatchObject({ amount: PRICE, due_amount: PRICE, captured_amount: 0 });
      await startPart(sql, order, PRICE, "payment_intent");
      expect((await outcomeOf(sql, order)).payments).toEqual(["cancelled 0 0", "cancelled 0 0", "pending 0 0"]);
    });
  });

  test.each([
    ["nothing", 0, 422, "invalid_payment_amount"],
    ["less than nothing", -1, 422, "invalid_payment_amount"],
    ["more than is due", PRICE - PART + 1, 409, "amount_exceeds_due"],
    ["more than there is", "9223372036854775807", 409, "amount_exceeds_due"],
  ])("is not asked for %s", async (_what, amount, status, code) => {
    await database.rolledBack(async (sql) => {
      const part = await partPaid(sql);
      await expectRefusal(() => startPart(sql, part, amount), { code, status });
      expect((await startPart(sql, part, PRICE - PART)).payment.amount).toBe(PRICE - PART);
    });
  });

  test("is not asked for again while a part is being processed", async () => {
    await database.rolledBack(async (sql) => {
      const part = await openPart(sql, await openOrder(sql), PART);
      await deliver(sql, completedUnpaid(part));
      await expectRefusal(() => startPart(sql, part), { code: "payment_in_progress", status: 409 });
    });
  });

  test("counts a closed page that is paid after all, closes what asks for too much, and gives back the surplus", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const first = await openPart(sql, order, PART);
      const second = await openPart(sql, order, PRICE);
      await deliver(sql, paid(first));
      expect(await outcomeOf(sql, order)).toMatchObject({
        order: "pending",
        payments: [`success ${PART} 0`, "cancelled 0 0"],
      });
      await expectInvariants(sql);
      await deliver(sql, paid(second));
      expect(await outcomeOf(sql, order)).toMatchObject({
        order: "paid",
        payments: [`success ${PART} 0`, `refunding ${PRICE} 0`],
        refunds: [`duplicate_payment pending ${PART}`],
      });
      await expectInvariants(sql);
      const [row] = await sql`select id from public.refunds where order_id = ${order.orderId}`;
      await told(sql, row?.id, "success");
      expect(await outcomeOf(sql, order)).toMatchObject({
        order: "paid",
        payments: [`success ${PART} 0`, `success ${PRICE} ${PART}`],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
      await expectInvariants(sql);
    });
  });
});

describe("what was paid of an order that ends", () => {
  const ends: [string, (sql: Sql, order: OpenOrder) => Promise<unknown>, string, string][] = [
    ["expires", (sql, order) => holdEnds(sql, order).then(() => expireDue(sql)), "expired", "order_expired"],
    ["its buyer cancels", (sql, order) => cancel(sql, order, "customer"), "cancelled", "order_cancelled"],
  ];
  test.each(ends)("goes back when it %s", async (_how, end, status, reason) => {
    await database.rolledBack(async (sql) => {
      const part = await partPaid(sql);
      await end(sql, part);
      expect(await outcomeOf(sql, part)).toMatchObject({ order: status, refunds: [`${reason} pending ${PART}`] });
      await expectInvariants(sql);
      const [row] = await sql`select id from public.refunds where order_id = ${part.orderId}`;
      await told(sql, row?.id, "success");
      expect(await outcomeOf(sql, part)).toMatchObject({ payments: [`refunded ${PART} ${PART}`], ledger: {} });
      await expectInvariants(sql);
    });
  });

  test("goes back with the rest that came late", async () => {
    await database.rolledBack(async (sql) => {
      const part = await partPaid(sql);
      const rest = await openPart(sql, part);
      await holdEnds(sql, part);
      await expireDue(sql);
      await deliver(sql, paid(rest));
      expect(await outcomeOf(sql, part)).toMatchObject({
        order: "expired",
        refunds: [`late_payment pending ${PRICE - PART}`, `order_expired pending ${PART}`],
      });
      await expectInvariants(sql);
    });
  });

  test("goes back, every part of it, when it sold out before the last one came", async () => {
    await database.rolledBack(async (sql) => {
      const part = await partPaid(sql, { seats: 1 });
      const rest = await openPart(sql, part);
      await sql`update public.reservations set expires_at = now() - interval '1 second' where holder_id = ${part.orderId}`;
      await openOrder(sql, { intake: part });
      await deliver(sql, paid(rest));
      expect(await outcomeOf(sql, part)).toMatchObject({
        order: "cancelled",
        refunds: [`undeliverable pending ${PRICE - PART}`, `undeliverable pending ${PART}`].toSorted(),
      });
      await expectInvariants(sql);
    });
  });
});

describe("a refund of an order that several payments paid", () => {
  async function paidInTwo(sql: Sql): Promise<Sale> {
    const part = await partPaid(sql);
    const rest = await openPart(sql, part);
    await deliver(sql, paid(rest));
    return part;
  }

  test("takes one payment when that has enough, and as many as it needs when not", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidInTwo(sql);
      await refund(sql, sale.orderId, { amount: PART + 1 });
      expect((await outcomeOf(sql, sale)).refunds).toEqual([`by_staff pending ${PART + 1}`]);
      const left = PRICE - PART - 1;
      await expectRefusal(() => refund(sql, sale.orderId, { amount: left + 1 }), {
        code: "refund_exceeds_payment",
        status: 409,
      });
      const { order } = await refund(sql, sale.orderId);
      expect(order.status).toBe("refunded");
      expect((await outcomeOf(sql, sale)).refunds).toEqual(
        [PART + 1, PRICE - PART - PART - 1, PART].map((amount) => `by_staff pending ${amount}`).toSorted(),
      );
      await expectInvariants(sql);
    });
  });

  test("made at the provider of one of them leaves the order partially refunded", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidInTwo(sql);
      await deliver(sql, refundEvent("refund.created", sale, { id: "re_hand", status: "succeeded" }));
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "partially_refunded", enrollments: ["active"] });
      await expectInvariants(sql);
    });
  });
});

describe("an order that somebody answers for", () => {
  test("is delivered with a part owed, which later captures lower and nothing exceeds", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await owing(sql);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "paid",
        enrollments: ["active"],
        ledger: { cash_in_transit: PART, receivable: PRICE - PART, revenue: -PRICE },
      });
      expect(await dueOf(sql, sale)).toBe(PRICE - PART);
      expect(await moneyOf(sql, sale)).toMatchObject({ owed_amount: PRICE - PART, unexplained_amount: 0 });
      await expectInvariants(sql);
      await holdEnds(sql, sale);
      expect(await expireDue(sql)).toBe(0);
      await deliver(sql, paid(await openPart(sql, sale, PART)));
      expect(await dueOf(sql, sale)).toBe(PRICE - PART - PART);
      await deliver(sql, paid(await openPart(sql, sale)));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        refunds: [],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
      expect(await dueOf(sql, sale)).toBe(0);
      await expectRefusal(() => startPart(sql, sale), { code: "order_not_payable", status: 409 });
      await expectInvariants(sql);
    });
  });

  test("owes nothing any more once it is cancelled, and its tax is booked back to the unit", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await owing(sql);
      const rest = await openPart(sql, sale);
      await cancel(sql, sale);
      const [row] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
      await told(sql, row?.id, "success");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        refunds: [`order_cancelled success ${PART}`],
        ledger: { revenue: -PRICE, refunds: PRICE },
      });
      await expectInvariants(sql);
      await deliver(sql, paid(rest));
      expect((await outcomeOf(sql, sale)).refunds).toContain(`late_payment pending ${PRICE - PART}`);
      await expectInvariants(sql);
    });
  });

  test("is caught by the invariants when nobody answers for it", async () => {
    await database.rolledBack(async (sql) => {
      const part = await partPaid(sql);
      await sql`savepoint before_the_bug`;
      await sql`select private.confirm_order(${part.orderId})`;
      expect((await violations(sql)).map(({ invariant }) => invariant)).toContain("a paid order was paid once");
      await sql`rollback to savepoint before_the_bug`;
    });
  });
});

test("an order paid at once has nothing due, and a free one never asks", async () => {
  await database.rolledBack(async (sql) => {
    expect(await dueOf(sql, await paidSale(sql))).toBe(0);
    const free = await openOrder(sql, { intake: await publishedIntake(sql, { seats: 1, price: 0 }) });
    expect(await dueOf(sql, free)).toBe(0);
    await expectRefusal(() => startPart(sql, free), { code: "order_not_payable", status: 409 });
  });
});
