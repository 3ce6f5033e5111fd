import { describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { again, expired, paid, refundEvent, succeeded } from "./provider-events.ts";
import { attempt, cancel, expireDue, holdEnds, openOrder, openSale, PRICE } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";

const database = useDatabase();

describe("an expiry and a payment at the same moment", () => {
  test("end in a seat for the payer, or in a refund, for every one of twelve buyers of six seats", async () => {
    await expiryMeetsPayment(database);
  });

  test("sell a seat twice when confirming does not ask for what was released", async () => {
    await withSabotage(
      replaceInFunction("private.confirm_order", "where lines.missing > 0", "where false"),
      expiryMeetsPayment,
    );
  });
});

async function expiryMeetsPayment(target: TestDatabase): Promise<void> {
  const first = await openSale(target.sql, { seats: 6 });
  const holders = [first];
  while (holders.length < 6) holders.push(await openSale(target.sql, { intake: first }));
  for (const sale of holders) await holdEnds(target.sql, sale);
  const newcomers = times(6, () => (sql: Pool) => openOrder(sql, { intake: first }));
  await together(target, [...holders.map((sale) => tell(paid(sale))), ...newcomers, ...times(3, () => expireDue)]);
  await settleDown(target);
  let seats = 0;
  for (const sale of holders) {
    const outcome = await outcomeOf(target.sql, sale);
    if (outcome.order === "paid") seats++;
    else
      expect(outcome).toMatchObject({
        refunds: [expect.stringContaining(`pending ${PRICE}`)],
        payments: [`refunding ${PRICE} 0`],
      });
  }
  const [held] = await target.sql`select count(*) as orders from public.orders
    join public.order_items on order_items.order_id = orders.id
    where variant_id = ${first.variantId} and status = 'pending'`;
  expect(seats + held?.orders).toBeLessThanOrEqual(6);
  await expectInvariants(target.sql);
}

describe("two attempts paid at once", () => {
  test("pay the order once, and one of them goes back", async () => {
    for (let round = 0; round < raceRounds(3); round++) await paidTwice(database);
  });

  test("both stay captured when the order's state is not asked again", async () => {
    await withSabotage(
      replaceInFunction("private.lock_payment", /perform from public\.orders where .* for update;/, ""),
      paidTwice,
      { rounds: 8 },
    );
  });
});

async function paidTwice(target: TestDatabase): Promise<void> {
  const first = await openSale(target.sql);
  await deliver(target.sql, expired(first));
  const second = await attempt(target.sql, first);
  await together(target, [tell(paid(first)), tell(paid(second)), tell(succeeded(first)), tell(succeeded(second))]);
  await settleDown(target);
  const outcome = await outcomeOf(target.sql, first);
  expect(outcome).toMatchObject({
    order: "paid",
    enrollments: ["active"],
    refunds: [`duplicate_payment pending ${PRICE}`],
    stock: { available: 4, reserved: 0 },
  });
  expect(outcome.payments.toSorted()).toEqual([`refunding ${PRICE} 0`, `success ${PRICE} 0`]);
  expect(outcome.events["order.paid"]).toBe(1);
  await expectInvariants(target.sql);
}

describe("a refund and the capture it belongs to, at once", () => {
  test("do not miss each other", async () => {
    for (let round = 0; round < raceRounds(3); round++) await refundMeetsCapture(database);
  });

  test("miss each other without the lock of their capture", async () => {
    // the refund looks for its payment, and the capture for refunds, before either has written
    const waits = "perform pg_sleep(0.2); update private.provider_events set outcome = v_outcome";
    await withSabotage(
      allOf(
        replaceInFunction(
          "private.apply_provider_event",
          "perform pg_advisory_xact_lock(",
          "perform hashtextextended('', ",
        ),
        replaceInFunction(
          "private.apply_provider_event",
          "update private.provider_events set outcome = v_outcome",
          waits,
        ),
      ),
      refundMeetsCapture,
    );
  });
});

async function refundMeetsCapture(target: TestDatabase): Promise<void> {
  const sales = [];
  for (let count = 0; count < 4; count++) sales.push(await openSale(target.sql));
  await together(
    target,
    sales.flatMap((sale) => [
      tell(paid(sale)),
      tell(refundEvent("refund.created", sale, { id: `re_${sale.orderId}`, status: "succeeded" })),
    ]),
  );
  await settleDown(target);
  for (const sale of sales) {
    expect(await outcomeOf(target.sql, sale)).toMatchObject({
      order: "refunded",
      payments: [`refunded ${PRICE} ${PRICE}`],
    });
  }
}

describe("a refund's answer, event and reconciliation at once", () => {
  test("are booked once", async () => {
    await refundedOnce(database);
  });

  test("are booked again and again when a known refund is not recognised", async () => {
    await withSabotage(
      allOf(
        replaceInFunction(
          "private.record_refund_result",
          "if record_refund_result.status = v_refund.status or",
          "if false and",
        ),
        "alter table public.payments drop constraint payments_give_back_no_more_than_they_took",
        "insert into private.status_moves values ('payment', 'refunded', 'success')",
      ),
      refundedOnce,
      { rounds: 2 },
    );
  });
});

async function refundedOnce(target: TestDatabase): Promise<void> {
  const sale = await paidSale(target.sql);
  await cancel(target.sql, sale);
  const [refund] = await target.sql`select id from public.refunds where order_id = ${sale.orderId}`;
  const told = { id: `re_${refund?.id}`, status: "succeeded", refundId: refund?.id };
  const event = refundEvent("refund.updated", sale, told);
  const answer = async (sql: Pool) => {
    await sql`select private.record_refund_result(${refund?.id}, ${told.id}, 'success')`;
  };
  await together(target, [...times(6, () => tell(again(event))), ...times(6, () => answer)]);
  await settleDown(target);
  expect(await outcomeOf(target.sql, sale)).toMatchObject({
    payments: [`refunded ${PRICE} ${PRICE}`],
    refunds: [`order_cancelled success ${PRICE}`],
    ledger: { revenue: -PRICE, refunds: PRICE },
    events: { "refund.succeeded": 1 },
  });
}
