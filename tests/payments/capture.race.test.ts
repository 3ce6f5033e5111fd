import { describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { authorizedSale, capture, letGo, letGoByHand } from "./authorized.ts";
import { outcomeOf } from "./outcome.ts";
import { again, succeeded } from "./provider-events.ts";
import { cancel, expireDue, holdEnds, PRICE } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";

const database = useDatabase();

describe("captures, voids, the buyer and expiry at once", () => {
  test("ask the provider for one thing", async () => {
    for (let round = 0; round < raceRounds(3); round++) await oneThingIsAsked(database);
  });

  test("ask for several when an earlier request is not respected", async () => {
    await withSabotage(
      replaceInFunction(
        "private.find_authorized_payment",
        "if v_payment.capture_asked_at is not null or v_payment.void_asked_at is not null then",
        "if false then",
      ),
      oneThingIsAsked,
    );
  });
});

async function oneThingIsAsked(target: TestDatabase): Promise<void> {
  const sale = await authorizedSale(target.sql);
  await holdEnds(target.sql, sale);
  await together(target, [
    ...times(6, () => (sql: Pool) => capture(sql, sale.paymentId)),
    ...times(6, () => (sql: Pool) => letGoByHand(sql, sale.paymentId)),
    (sql) => cancel(sql, sale, "customer"),
    ...times(2, () => expireDue),
  ]);
  const { events } = await outcomeOf(target.sql, sale);
  expect((events["payment.capture_requested"] ?? 0) + (events["payment.void_requested"] ?? 0)).toBe(1);
  await expectInvariants(target.sql);
}

describe("a capture and a cancellation at the provider, told in any order", () => {
  test("end once: captured and kept, or captured and given back, or cancelled", async () => {
    for (let round = 0; round < raceRounds(3); round++) await providerMeetsShop(database);
  });

  test("leave money without a result when a late capture is not looked at", async () => {
    await withSabotage(
      replaceInFunction("private.deliver_paid_order", "v_order.status = 'cancelled'", "false and v_kept > 0"),
      async (target) => {
        for (let round = 0; round < raceRounds(3); round++) await providerMeetsShop(target);
      },
    );
  });
});

async function providerMeetsShop(target: TestDatabase): Promise<void> {
  const sale = await authorizedSale(target.sql, { seats: 2 });
  await together(target, [
    ...times(3, () => tell(again(succeeded(sale)))),
    ...times(2, () => tell(again(letGo(sale)))),
    (sql) => cancel(sql, sale, "staff"),
    (sql) => capture(sql, sale.paymentId),
  ]);
  await settleDown(target);
  const outcome = await outcomeOf(target.sql, sale);
  expect(outcome.order).toBe("cancelled");
  expect(outcome.refunds).toEqual([
    expect.stringMatching(new RegExp(`^(late_payment|order_cancelled) pending ${PRICE}$`)),
  ]);
  expect(outcome.stock).toEqual({ available: 2, reserved: 0 });
  await expectInvariants(target.sql);
}
