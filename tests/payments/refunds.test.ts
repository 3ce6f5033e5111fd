import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { expired, paid, refundEvent, succeeded } from "./provider-events.ts";
import { attempt, cancel, openSale, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();

/** The refund an order asked for. */
async function refundOf(sql: Sql, sale: Sale): Promise<string> {
  const [refund] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
  return refund?.id;
}

/** What the worker records when the provider answered or was asked again. */
async function record(sql: Sql, refundId: string, status: string, providerId = "re_ours"): Promise<string> {
  const [row] = await sql`select private.record_refund_result(${refundId}, ${providerId}, ${status}) as result`;
  return row?.result;
}

/** A paid order that staff cancelled, and its refund. */
async function cancelledSale(sql: Sql): Promise<{ sale: Sale; refundId: string }> {
  const sale = await paidSale(sql);
  await cancel(sql, sale);
  return { sale, refundId: await refundOf(sql, sale) };
}

describe("a refund that was asked for", () => {
  test("is for everything that was captured, and ends access at once", async () => {
    await database.rolledBack(async (sql) => {
      const { sale } = await cancelledSale(sql);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunding ${PRICE} 0`],
        enrollments: ["cancelled"],
        refunds: [`order_cancelled pending ${PRICE}`],
        events: { "refund.requested": 1, "order.cancelled": 1 },
        stock: { available: 5, reserved: 0 },
      });
    });
  });

  test("is booked once when the provider confirms it by answer, event and reconciliation", async () => {
    await database.rolledBack(async (sql) => {
      const { sale, refundId } = await cancelledSale(sql);
      expect(await record(sql, refundId, "pending")).toBe("ignored");
      expect(await record(sql, refundId, "success")).toBe("applied");
      expect(await record(sql, refundId, "success")).toBe("ignored");
      const told = refundEvent("refund.updated", sale, { id: "re_ours", status: "succeeded", refundId });
      expect(await deliver(sql, told)).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunded ${PRICE} ${PRICE}`],
        refunds: [`order_cancelled success ${PRICE}`],
        ledger: { revenue: -PRICE, refunds: PRICE },
        events: { "refund.succeeded": 1 },
      });
    });
  });

  test("that fails is shown to a person, and may still succeed by another try, not by the one that failed", async () => {
    await database.rolledBack(async (sql) => {
      const { sale, refundId } = await cancelledSale(sql);
      const told = { id: "re_ours", refundId, status: "failed", failure_reason: "lost_or_stolen_card" };
      expect(await deliver(sql, refundEvent("refund.failed", sale, told))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: [`refund_failed ${PRICE} 0`],
        refunds: [`order_cancelled failed ${PRICE}`],
        events: { "refund.failed": 1, "order.needs_review": 1 },
      });
      expect(await record(sql, refundId, "success")).toBe("ignored");
      expect(await record(sql, refundId, "pending", "re_second")).toBe("applied");
      expect((await outcomeOf(sql, sale)).payments).toEqual([`refunding ${PRICE} 0`]);
      expect(await record(sql, refundId, "success", "re_second")).toBe("applied");
      expect(await record(sql, refundId, "failed", "re_ours")).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`refunded ${PRICE} ${PRICE}`],
        ledger: { revenue: -PRICE, refunds: PRICE },
      });
    });
  });

  test("that the bank sends back after it succeeded is booked back, shown to a person, and booked again when it succeeds", async () => {
    await database.rolledBack(async (sql) => {
      const { sale, refundId } = await cancelledSale(sql);
      for (const id of ["re_1", "re_2"]) {
        expect(await record(sql, refundId, "success", id)).toBe("applied");
        expect((await outcomeOf(sql, sale)).ledger).toEqual({ revenue: -PRICE, refunds: PRICE });
        const back = refundEvent("refund.failed", sale, { id, status: "failed", refundId });
        expect(await deliver(sql, back)).toBe("applied");
        expect(await outcomeOf(sql, sale)).toMatchObject({
          order: "needs_review",
          payments: [`refund_failed ${PRICE} 0`],
          refunds: [`order_cancelled failed ${PRICE}`],
          ledger: { revenue: -PRICE, cash_in_transit: PRICE },
        });
      }
      expect((await outcomeOf(sql, sale)).events).toMatchObject({ "refund.failed": 2, "order.needs_review": 1 });
    });
  });

  test("and was made by hand at the provider meanwhile is the same refund", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await cancel(sql, sale);
      await deliver(sql, paid(sale));
      expect((await outcomeOf(sql, sale)).refunds).toEqual([`late_payment pending ${PRICE}`]);
      const byHand = refundEvent("refund.created", sale, { id: "re_hand", status: "succeeded" });
      expect(await deliver(sql, byHand)).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunded ${PRICE} ${PRICE}`],
        refunds: [`late_payment success ${PRICE}`],
        ledger: {},
      });
    });
  });

  test("of an order that was never a sale leaves no trace in revenue or receivable", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await cancel(sql, sale);
      await deliver(sql, paid(sale));
      await record(sql, await refundOf(sql, sale), "success");
      expect((await outcomeOf(sql, sale)).ledger).toEqual({});
    });
  });
});

describe("a refund made at the provider", () => {
  test("of a part leaves the order its seat; of the rest ends it", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await deliver(sql, refundEvent("refund.created", sale, { id: "re_1", status: "succeeded", amount: 100 }));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "partially_refunded",
        payments: [`success ${PRICE} 100`],
        enrollments: ["active"],
      });
      await deliver(sql, refundEvent("refund.created", sale, { id: "re_2", status: "succeeded", amount: PRICE - 100 }));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "refunded",
        payments: [`refunded ${PRICE} ${PRICE}`],
        enrollments: ["cancelled"],
        ledger: { revenue: -PRICE, refunds: PRICE },
        stock: { available: 5, reserved: 0 },
      });
    });
  });

  test("that is not done yet changes nothing; one that failed is kept and moves no money", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const before = await outcomeOf(sql, sale);
      for (const status of ["pending", "requires_action"]) {
        expect(await deliver(sql, refundEvent("refund.updated", sale, { id: "re_1", status })), status).toBe("ignored");
      }
      expect(await outcomeOf(sql, sale)).toEqual(before);
      await deliver(sql, refundEvent("refund.failed", sale, { id: "re_1", status: "failed" }));
      expect(await outcomeOf(sql, sale)).toEqual({ ...before, refunds: [`by_provider failed ${PRICE}`] });
    });
  });

  test("of the second of two payments leaves the order that the first one paid", async () => {
    await database.rolledBack(async (sql) => {
      const first = await openSale(sql);
      await deliver(sql, expired(first));
      const second = await attempt(sql, first);
      await deliver(sql, paid(first));
      await deliver(sql, paid(second));
      await deliver(sql, refundEvent("refund.created", second, { id: "re_hand", status: "succeeded" }));
      expect(await outcomeOf(sql, first)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`, `refunded ${PRICE} ${PRICE}`],
        enrollments: ["active"],
        refunds: [`duplicate_payment success ${PRICE}`],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
    });
  });

  test("of a part of the second of two payments leaves the order paid and the rest on its way", async () => {
    await database.rolledBack(async (sql) => {
      const first = await openSale(sql);
      await deliver(sql, expired(first));
      const second = await attempt(sql, first);
      await deliver(sql, paid(first));
      await deliver(sql, paid(second));
      await deliver(sql, refundEvent("refund.created", second, { id: "re_hand", status: "succeeded", amount: 700 }));
      expect(await outcomeOf(sql, first)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`, `refunding ${PRICE} 700`],
        enrollments: ["active"],
      });
    });
  });

  test("ends an order under review: seat, hold and books", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, paid(sale, { amount_total: 5 }))).toBe("needs_review");
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "needs_review", payments: [`success ${PRICE} 0`] });
      await deliver(sql, refundEvent("refund.created", sale, { id: "re_1", status: "succeeded" }));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "refunded",
        payments: [`refunded ${PRICE} ${PRICE}`],
        enrollments: ["cancelled"],
        ledger: {},
        stock: { available: 5, reserved: 0 },
      });
    });
  });
});

test("a seat comes back once, also when the statistics say that every intake has one slot", async () => {
  await database.rolledBack(async (sql) => {
    for (let count = 0; count < 12; count++) await publishedIntake(sql, { seats: 1 });
    await sql`analyze public.stock_slots`;
    const sale = await paidSale(sql, { seats: 40 });
    await cancel(sql, sale);
    expect((await outcomeOf(sql, sale)).stock).toEqual({ available: 40, reserved: 0 });
  });
});

test("a payment never gives back more than it took, whoever writes", async () => {
  await database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const attempts = [
      sql`update public.payments set refunded_amount = captured_amount + 1 where id = ${sale.paymentId}`,
      sql`update public.payments set captured_amount = amount + 1 where id = ${sale.paymentId}`,
    ];
    for (const update of attempts) {
      await sql`savepoint before_update`;
      await expect(update).rejects.toMatchObject({
        code: "23514",
        constraint_name: "payments_give_back_no_more_than_they_took",
      });
      await sql`rollback to savepoint before_update`;
    }
  });
});
