import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { asyncFailed, completedUnpaid, declined, expired, paid, succeeded } from "./provider-events.ts";
import { attach, attempt, cancel, expireDue, holdEnds, openOrder, openSale, PRICE, startPayment } from "./sale.ts";

const database = useDatabase();

describe("an attempt to pay", () => {
  test("is opened once and found again while it is open", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const paymentId = await startPayment(sql, order);
      expect(await startPayment(sql, order)).toBe(paymentId);
      expect((await outcomeOf(sql, order)).payments).toEqual(["pending 0 0"]);
    });
  });

  test("carries the order's total and currency, and the customer's address for the provider", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql, { price: 1999, currency: "IDR" });
      const started = await actingAs(sql, order.customerId, async (tx) => {
        const [row] = await tx`select public.start_payment(${order.orderId}) as started`;
        return row?.started;
      });
      const [profile] = await sql`select email from public.profiles where id = ${order.customerId}`;
      expect(started).toMatchObject({
        order: { id: order.orderId, status: "pending", total_amount: 1999 },
        payment: { order_id: order.orderId, attempt: 1, amount: 1999, currency: "IDR", checkout_url: null },
        customer: { email: profile?.email },
      });
    });
  });

  test("is followed by another one after its page expired or its method failed", async () => {
    await database.rolledBack(async (sql) => {
      const first = await openSale(sql);
      await deliver(sql, expired(first));
      const second = await attempt(sql, first);
      await deliver(sql, completedUnpaid(second));
      await deliver(sql, asyncFailed(second));
      await attempt(sql, first);
      expect((await outcomeOf(sql, first)).payments).toEqual([
        "expired 0 0",
        "failed 0 0 payment_failed",
        "pending 0 0",
      ]);
    });
  });

  test("whose page has ended by its own clock is replaced without waiting for the provider's event", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await sql`update public.payments set expires_at = now() - interval '1 second' where id = ${sale.paymentId}`;
      expect(await startPayment(sql, sale)).not.toBe(sale.paymentId);
    });
  });

  test("stays open after a declined card, and says why it was declined", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, declined(sale))).toBe("applied");
      expect(await startPayment(sql, sale)).toBe(sale.paymentId);
      expect((await outcomeOf(sql, sale)).payments).toEqual(["pending 0 0 insufficient_funds"]);
      expect(await deliver(sql, paid(sale))).toBe("applied");
      expect((await outcomeOf(sql, sale)).payments).toEqual([`success ${PRICE} 0`]);
    });
  });

  test.each([
    ["of an order that is paid", 409, "order_not_payable", paidSale],
    ["of an order that was cancelled", 409, "order_not_payable", cancelled],
    ["of an order whose hold has ended", 409, "order_expired", ended],
    ["while another one is being processed", 409, "payment_in_progress", processing],
  ])("%s is refused", async (_what, status, code, build) => {
    await database.rolledBack(async (sql) => {
      const sale = await build(sql);
      await expectRefusal(() => startPayment(sql, sale), { code, status });
    });
  });

  test("is refused for another's order as for one that is not there, to staff too", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const stranger = await openOrder(sql);
      await sql`insert into public.role_members (profile_id, role) values (${stranger.customerId}, 'admin')`;
      for (const orderId of [order.orderId, randomUUID()]) {
        await expectRefusal(() => startPayment(sql, { ...stranger, orderId }), {
          code: "order_not_found",
          status: 404,
        });
      }
    });
  });
});

describe("a provider's session", () => {
  test("is attached once, however often it is told; another one is refused", async () => {
    await database.rolledBack(async (sql) => {
      const paymentId = await startPayment(sql, await openOrder(sql));
      const first = await actingAs(sql, "service", (tx) => attach(tx, paymentId, "cs_1"));
      expect(await actingAs(sql, "service", (tx) => attach(tx, paymentId, "cs_1"))).toEqual(first);
      await expectRefusal(() => actingAs(sql, "service", (tx) => attach(tx, paymentId, "cs_2")), {
        code: "payment_session_conflict",
        status: 409,
      });
      await expectRefusal(() => actingAs(sql, "service", (tx) => attach(tx, randomUUID(), "cs_3")), {
        code: "payment_not_found",
        status: 404,
      });
    });
  });
});

describe("money that comes late", () => {
  test("after the hold ended, and the seat is still there, pays the order", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql, { seats: 1 });
      await holdEnds(sql, sale);
      expect(await expireDue(sql)).toBe(1);
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "expired", payments: ["expired 0 0"] });
      expect(await deliver(sql, paid(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`],
        enrollments: ["active"],
        refunds: [],
        stock: { available: 0, reserved: 0 },
      });
    });
  });

  test("after the hold ended, and the seat is gone, goes back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql, { seats: 1 });
      await holdEnds(sql, sale);
      await expireDue(sql);
      const winner = await paidSale(sql, { intake: sale });
      expect(await deliver(sql, paid(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "expired",
        payments: [`refunding ${PRICE} 0`],
        enrollments: ["expired"],
        refunds: [`late_payment pending ${PRICE}`],
        events: { "refund.requested": 1, "payment.succeeded": 1 },
      });
      expect(await outcomeOf(sql, winner)).toMatchObject({ order: "paid", enrollments: ["active"] });
    });
  });

  test("for a seat that another buyer released and bought before the order expired, goes back and ends the order", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql, { seats: 1 });
      await holdEnds(sql, sale);
      const winner = await paidSale(sql, { intake: sale });
      expect(await deliver(sql, paid(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunding ${PRICE} 0`],
        enrollments: ["cancelled"],
        refunds: [`undeliverable pending ${PRICE}`],
      });
      expect(await outcomeOf(sql, winner)).toMatchObject({ order: "paid", enrollments: ["active"] });
    });
  });

  test("after the order was cancelled, goes back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await cancel(sql, sale, "customer");
      expect((await outcomeOf(sql, sale)).events).toMatchObject({ "payment.cancelled": 1 });
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunding ${PRICE} 0`],
        enrollments: ["cancelled"],
        refunds: [`late_payment pending ${PRICE}`],
        stock: { available: 5, reserved: 0 },
      });
    });
  });

  test("by a slow method that outlived the cancellation, goes back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await processing(sql);
      await cancel(sql, sale, "customer");
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "cancelled", payments: ["processing 0 0"] });
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunding ${PRICE} 0`],
        refunds: [`late_payment pending ${PRICE}`],
      });
    });
  });

  test("by a second attempt, goes back, and the order stays paid", async () => {
    await database.rolledBack(async (sql) => {
      const first = await openSale(sql);
      await deliver(sql, expired(first));
      const second = await attempt(sql, first);
      expect(await deliver(sql, paid(second))).toBe("applied");
      expect(await deliver(sql, paid(first))).toBe("applied");
      expect(await outcomeOf(sql, first)).toMatchObject({
        order: "paid",
        payments: [`refunding ${PRICE} 0`, `success ${PRICE} 0`],
        enrollments: ["active"],
        refunds: [`duplicate_payment pending ${PRICE}`],
        stock: { available: 4, reserved: 0 },
      });
    });
  });

  test("by the first attempt, closes the second one that is open", async () => {
    await database.rolledBack(async (sql) => {
      const first = await openSale(sql);
      await deliver(sql, expired(first));
      await attempt(sql, first);
      await deliver(sql, paid(first));
      expect(await outcomeOf(sql, first)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`, "cancelled 0 0"],
        events: { "payment.cancelled": 1 },
      });
    });
  });

  test("for a seat that the learner took again meanwhile by another order, goes back", async () => {
    await database.rolledBack(async (sql) => {
      const late = await openSale(sql);
      await holdEnds(sql, late);
      await expireDue(sql);
      await paidSale(sql, { intake: late, customerId: late.customerId });
      expect(await deliver(sql, paid(late))).toBe("applied");
      expect(await outcomeOf(sql, late)).toMatchObject({
        order: "expired",
        enrollments: ["expired"],
        refunds: [`late_payment pending ${PRICE}`],
        stock: { available: 4, reserved: 0 },
      });
    });
  });
});

async function cancelled(sql: Sql) {
  const sale = await openSale(sql);
  await cancel(sql, sale);
  return sale;
}

async function ended(sql: Sql) {
  const sale = await openSale(sql);
  await holdEnds(sql, sale);
  return sale;
}

async function processing(sql: Sql) {
  const sale = await openSale(sql);
  await deliver(sql, completedUnpaid(sale));
  return sale;
}
