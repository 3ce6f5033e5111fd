import { describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { deliver } from "./deliver.ts";
import { paidBasket, refund, resolve } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { disputeEvent } from "./provider-events.ts";
import { cancel, PRICE } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";

const database = useDatabase();

describe("many refunds at once", () => {
  test("never give back more than was captured, and no unit twice", async () => {
    await manyRefunds(database);
  });

  test("do without the lock on the order and its payments", async () => {
    await withSabotage(
      async (sql) => {
        for (const [guard, instead] of [
          ["where orders.id = refund_order.order_id for update", "where orders.id = refund_order.order_id"],
          ["order by payments.id for update", "order by payments.id"],
        ] as const) {
          const patch = replaceInFunction("private.refund_order", guard, instead);
          if (typeof patch !== "string") await patch(sql);
        }
      },
      manyRefunds,
      { rounds: 8 },
    );
  });
});

async function manyRefunds(target: TestDatabase): Promise<void> {
  const basket = await paidBasket(target.sql);
  const line = { order_item_id: basket.things, quantity: 3 };
  const answers = await together(target, [
    ...times(4, () => async (sql: Pool) => {
      await refund(sql, basket.orderId, { amount: 40_00 });
      return 40_00;
    }),
    ...times(4, () => async (sql: Pool) => {
      await refund(sql, basket.orderId, { lines: [line] });
      return 30_00;
    }),
  ]);
  const promised = answers.reduce<number>((total, answer) => total + (typeof answer === "number" ? answer : 0), 0);
  const [sum] = await target.sql`select
    (select sum(amount) from public.refunds where order_id = ${basket.orderId}) as refunds,
    (select refunded_quantity from public.order_items where id = ${basket.things}) as units`;
  expect(Number(sum?.refunds)).toBeLessThanOrEqual(95_00);
  expect(Number(sum?.refunds)).toBe(promised);
  expect(sum?.units).toBeLessThanOrEqual(4);
  await expectInvariants(target.sql);
}

test("a refund, a cancellation, a dispute and a decision at once give the money back once at most", async () => {
  for (let round = 0; round < raceRounds(3); round++) {
    const sale = await paidSale(database.sql);
    await together(database, [
      tell(disputeEvent("created", sale, "needs_response")),
      (sql) => refund(sql, sale.orderId),
      (sql) => refund(sql, sale.orderId, { amount: PRICE / 2 }),
      (sql) => cancel(sql, sale),
      (sql) => resolve(sql, sale.orderId, "refund"),
    ]);
    await settleDown(database);
    const [sum] =
      await database.sql`select coalesce(sum(amount), 0) as refunds from public.refunds where order_id = ${sale.orderId}`;
    expect(Number(sum?.refunds)).toBeLessThanOrEqual(PRICE);
    expect((await outcomeOf(database.sql, sale)).events["order.needs_review"] ?? 0).toBeLessThanOrEqual(1);
    // decided for the shop: what the refund could not take is whole again
    await deliver(database.sql, disputeEvent("closed", sale, "won"));
    await expectInvariants(database.sql);
  }
});
