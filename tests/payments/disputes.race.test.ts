import { describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { refund } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { disputeEvent } from "./provider-events.ts";
import { PRICE, type Sale } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";

const database = useDatabase();

describe("a dispute's events, all at once and many times", () => {
  test("are booked once, and end as decided", async () => {
    await decidedOnce(database);
  });

  test("go wrong when what is decided is moved again", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.apply_dispute", "elsif v_before.status in ('won', 'lost', 'closed') or", "elsif"),
        "insert into private.status_moves select 'dispute', a, b from unnest(array['won','lost','open','inquiry']) a, unnest(array['won','lost','open']) b where a <> b on conflict do nothing",
        "alter table public.disputes drop constraint disputes_are_dated_when_decided",
      ),
      decidedOnce,
    );
  });
});

async function decidedOnce(target: TestDatabase): Promise<void> {
  for (const decision of ["won", "lost"]) {
    const sale = await paidSale(target.sql);
    await together(target, [
      ...times(3, () => tell(disputeEvent("created", sale, "needs_response"))),
      ...times(3, () => tell(disputeEvent("funds_withdrawn", sale, "needs_response"))),
      ...times(3, () => tell(disputeEvent("updated", sale, "warning_under_review"))),
      ...times(3, () => tell(disputeEvent("closed", sale, decision))),
    ]);
    await settleDown(target);
    expect(await outcomeOf(target.sql, sale)).toMatchObject(
      decision === "won"
        ? { order: "paid", enrollments: ["active"], ledger: { cash_in_transit: PRICE, revenue: -PRICE } }
        : { order: "refunded", enrollments: ["cancelled"], ledger: { revenue: -PRICE, dispute_losses: PRICE } },
    );
    await expectInvariants(target.sql);
  }
}

describe("a refund by staff and a dispute of the same money, at once", () => {
  test("never give it back twice", async () => {
    for (let round = 0; round < raceRounds(3); round++) await backOnce(database);
  });

  test("give it back twice when disputed money can be refunded", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.refundable_amount", " - payments.disputed_amount", ""),
        // the order's review, which also stops it
        replaceInFunction(
          "private.refund_order",
          "'partially_refunded') then",
          "'partially_refunded', 'needs_review') then",
        ),
        "alter table public.payments drop constraint payments_give_back_no_more_than_they_took",
      ),
      backOnce,
    );
  });
});

/** Whatever is asked for here after the bank has taken the money does not fit any more. */
async function backOnce(target: TestDatabase): Promise<void> {
  const sale: Sale = await paidSale(target.sql);
  await together(target, [
    tell(disputeEvent("created", sale, "needs_response")),
    ...times(4, (index) => (sql: Pool) => refund(sql, sale.orderId, { amount: 1000 * (index + 1) })),
  ]);
  await settleDown(target);
  const [before] =
    await target.sql`select count(*)::integer as refunds from public.refunds where order_id = ${sale.orderId}`;
  await together(
    target,
    times(4, () => (sql: Pool) => refund(sql, sale.orderId, { amount: 1000 })),
  );
  const [after] =
    await target.sql`select count(*)::integer as refunds from public.refunds where order_id = ${sale.orderId}`;
  expect(after?.refunds, "refunds that were asked for while the money was disputed").toBe(before?.refunds);
  await expectInvariants(target.sql);
}
