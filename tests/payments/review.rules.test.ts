import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { failToGiveBack, paidBasket, refund, resolve, told } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { paid, refundEvent } from "./provider-events.ts";
import { cancel, openSale, PRICE } from "./sale.ts";

const database = useDatabase();

const flag = (sql: Sql, orderId: string) =>
  sql`select private.flag_order(${orderId}, 'the customer disputes the payment')`;
/** The provider says of every refund of an order that it arrived. */
const refundsArrive = async (sql: Sql, orderId: string) => {
  for (const { id } of await sql`select id from public.refunds where order_id = ${orderId} and status = 'pending'`)
    await told(sql, id, "success");
};
const unexplained = (sql: Sql, orderId: string) =>
  actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.explain_order_money(${orderId}) ->> 'unexplained_amount' as amount`;
    return Number(row?.amount);
  });
const retry = async (sql: Sql, orderId: string) => {
  const [failed] = await sql`select id from public.refunds where order_id = ${orderId} and status = 'failed'`;
  await actingAs(sql, "service", (tx) => tx`select public.retry_refund(${failed?.id})`);
  return failed?.id as string;
};

describe("a review", () => {
  test("that was won lets stand what was delivered", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await flag(sql, sale.orderId);
      expect((await resolve(sql, sale.orderId, "fulfil", "The dispute was won.")).status).toBe("paid");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        enrollments: ["active"],
        events: { "order.reviewed": 1, "order.paid": 1 },
      });
      const [move] =
        await sql`select from_status, reason from public.status_changes where subject_id = ${sale.orderId} order by id desc limit 1`;
      expect(move).toEqual({ from_status: "needs_review", reason: "The dispute was won." });
      await expectRefusal(() => resolve(sql, sale.orderId, "fulfil"), { code: "order_not_in_review", status: 409 });
    });
  });

  test("that ends in a refund takes everything back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await flag(sql, sale.orderId);
      expect((await resolve(sql, sale.orderId, "refund")).status).toBe("refunded");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        enrollments: ["cancelled"],
        refunds: [`by_staff pending ${PRICE}`],
        stock: { available: 5, reserved: 0 },
      });
    });
  });

  test("is not closed over money that is there: only once the provider refused to give it back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await deliver(sql, paid(sale, { amount_total: PRICE - 1 }));
      const moneyLeft = { code: "money_left", status: 409 };
      await expectRefusal(() => resolve(sql, sale.orderId, "close"), moneyLeft);
      await resolve(sql, sale.orderId, "refund");
      const [asked] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
      await told(sql, asked?.id, "failed");
      expect((await resolve(sql, sale.orderId, "close", "Paid back in the shop.")).status).toBe("refunded");
      expect((await outcomeOf(sql, sale)).refunds).toEqual([
        `by_staff failed ${PRICE - 1}`,
        `written_off success ${PRICE - 1}`,
      ]);
      await expectInvariants(sql);
    });
  });

  test("that is closed books money that is gone, and ends access", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await failToGiveBack(sql, sale.orderId);
      expect((await resolve(sql, sale.orderId, "close", "The dispute was lost.")).status).toBe("refunded");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        enrollments: ["cancelled"],
        payments: [`refunded ${PRICE} ${PRICE}`],
        refunds: ["by_staff failed 1", `written_off success ${PRICE}`],
        ledger: { revenue: -PRICE, refunds: PRICE },
      });
    });
  });

  test("of too small an amount is not fulfilled: exactly what was taken goes back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, paid(sale, { amount_total: PRICE - 1 }))).toBe("needs_review");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`success ${PRICE - 1} 0 amount_mismatch`],
        enrollments: ["reserved"],
        ledger: { cash_in_transit: PRICE - 1, receivable: 1 - PRICE },
      });
      await expectRefusal(() => resolve(sql, sale.orderId, "fulfil"), { code: "order_not_fulfillable", status: 409 });
      expect((await resolve(sql, sale.orderId, "refund")).status).toBe("refunded");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        enrollments: ["cancelled"],
        refunds: [`by_staff pending ${PRICE - 1}`],
        stock: { available: 5, reserved: 0 },
      });
      await refundsArrive(sql, sale.orderId);
      expect((await outcomeOf(sql, sale)).ledger).toEqual({});
      expect(await unexplained(sql, sale.orderId)).toBe(0);
      await expectInvariants(sql);
    });
  });

  test("of too large an amount is fulfilled, and the rest goes back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, paid(sale, { amount_total: PRICE + 7 }))).toBe("needs_review");
      expect((await resolve(sql, sale.orderId, "fulfil")).status).toBe("paid");
      await refundsArrive(sql, sale.orderId);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`success ${PRICE + 7} 7 amount_mismatch`],
        refunds: ["duplicate_payment success 7"],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
      await expectInvariants(sql);
    });
  });

  test("of another currency pays nothing here: it goes back as it came, and the order may be paid", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, paid(sale, { currency: "usd" }))).toBe("needs_review");
      await expectRefusal(() => resolve(sql, sale.orderId, "fulfil"), { code: "order_not_fulfillable", status: 409 });
      expect((await resolve(sql, sale.orderId, "refund")).status).toBe("refunded");
      const refunds = await sql`select currency, amount from public.refunds where order_id = ${sale.orderId}`;
      expect(refunds).toEqual([{ currency: "USD", amount: PRICE }]);
      await refundsArrive(sql, sale.orderId);
      expect((await outcomeOf(sql, sale)).ledger).toEqual({});
      expect(await unexplained(sql, sale.orderId)).toBe(0);
      await expectInvariants(sql);
    });
  });

  test("that is closed too early knows the money again when it was given back at the provider by hand", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await deliver(sql, paid(sale, { amount_total: PRICE - 1 }));
      await resolve(sql, sale.orderId, "refund");
      const [asked] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
      await told(sql, asked?.id, "failed");
      expect((await resolve(sql, sale.orderId, "close", "Given back at the provider.")).status).toBe("refunded");
      const byHand = refundEvent("refund.created", sale, { id: "re_hand", status: "succeeded", amount: PRICE - 1 });
      expect(await deliver(sql, byHand)).toBe("applied");
      const refunds =
        await sql`select provider_refund_id from public.refunds where order_id = ${sale.orderId} and reason = 'written_off'`;
      expect(refunds).toEqual([{ provider_refund_id: "re_hand" }]);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "refunded",
        payments: [`refunded ${PRICE - 1} ${PRICE - 1} amount_mismatch`],
        ledger: {},
      });
      await expectInvariants(sql);
    });
  });

  test("of a second capture lets the first one stand, and the second goes back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const second = { ...sale, intentId: "pi_second" };
      // one that somebody gave back at the provider in part before anything was heard of it
      const early = refundEvent("refund.created", second, { id: "re_early", status: "succeeded", amount: 5 });
      expect(await deliver(sql, early)).toBe("ignored");
      expect(await deliver(sql, paid(second))).toBe("needs_review");
      expect((await outcomeOf(sql, sale)).payments).toEqual([
        `success ${PRICE} 0`,
        `success ${PRICE} 5 captured_twice`,
      ]);
      expect((await resolve(sql, sale.orderId, "fulfil")).status).toBe("paid");
      await refundsArrive(sql, sale.orderId);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`success ${PRICE} 0`, `refunded ${PRICE} ${PRICE} captured_twice`],
        enrollments: ["active"],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
      expect(await unexplained(sql, sale.orderId)).toBe(0);
      await expectInvariants(sql);
    });
  });

  test("of an order that was never delivered fulfils it for exactly its money", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await flag(sql, sale.orderId);
      expect(await deliver(sql, paid(sale))).toBe("applied");
      expect((await outcomeOf(sql, sale)).order).toBe("needs_review");
      expect((await resolve(sql, sale.orderId, "fulfil")).status).toBe("paid");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        enrollments: ["active"],
        events: { "order.paid": 1 },
        ledger: { revenue: -PRICE },
      });
    });
  });

  test("waits for refunds on their way, asks for a reason, and knows three ends", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await refund(sql, sale.orderId, { amount: 1_00 });
      await flag(sql, sale.orderId);
      await expectRefusal(() => resolve(sql, sale.orderId, "close"), { code: "refund_in_progress", status: 409 });
      await expectRefusal(() => resolve(sql, sale.orderId, "forget"), { code: "invalid_resolution", status: 422 });
      await expectRefusal(() => resolve(sql, sale.orderId, "close", " "), { code: "invalid_reason", status: 422 });
    });
  });
});

describe("a refund that failed", () => {
  test("is tried again as a new try: late words of the old one count no more", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await cancel(sql, sale);
      const [asked] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
      await told(sql, asked?.id, "failed", "re_first");
      const id = await retry(sql, sale.orderId);
      const late = refundEvent("refund.failed", sale, { id: "re_first", status: "failed", refundId: id });
      expect(await deliver(sql, late)).toBe("ignored");
      const [again] = await sql`select status, attempt, failure from public.refunds where id = ${id}`;
      expect(again).toEqual({ status: "pending", attempt: 2, failure: null });
      await expectRefusal(() => actingAs(sql, "service", (tx) => tx`select public.retry_refund(${id})`), {
        code: "refund_not_open",
        status: 409,
      });
      expect(await told(sql, id, "success", "re_second")).toBe("applied");
      // the order goes back to where it was, with nothing more to do
      expect((await resolve(sql, sale.orderId, "close")).status).toBe("cancelled");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`refunded ${PRICE} ${PRICE}`],
        events: { "refund.requested": 2 },
      });
    });
  });

  test("of a part is tried again within what is left", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const { refund: first } = await refund(sql, basket.orderId, { amount: 60_00 });
      await told(sql, first.id, "failed");
      await resolve(sql, basket.orderId, "fulfil", "The card is closed; another way is looked for.");
      expect((await outcomeOf(sql, basket)).order).toBe("partially_refunded");
      await refund(sql, basket.orderId, { amount: 50_00 });
      await expectRefusal(() => retry(sql, basket.orderId), { code: "refund_exceeds_payment", status: 409 });
    });
  });
});
