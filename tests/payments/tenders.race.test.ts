import { describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { openPart, startPart } from "./parts.ts";
import { again, paid, succeeded } from "./provider-events.ts";
import { cancel, expireDue, holdEnds, openOrder, PRICE, type Sale } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";

const database = useDatabase();
const THIRD = PRICE / 3;

/** Four pages of a third each, of which the buyer closed three by asking for another amount in between: all can still be paid. */
async function fourThirds(target: TestDatabase): Promise<Sale[]> {
  const order = await openOrder(target.sql, { seats: 2 });
  const parts: Sale[] = [];
  for (let count = 0; count < 4; count++) {
    parts.push(await openPart(target.sql, order, THIRD));
    if (count < 3) await startPart(target.sql, order, THIRD + 1);
  }
  return parts;
}

describe("four thirds of an order captured at once", () => {
  test("pay it once, and the fourth goes back", async () => {
    for (let round = 0; round < raceRounds(3); round++) await fourThirdsMeet(database);
  });

  test("are not counted when the captures do not wait for each other", async () => {
    await withSabotage(
      replaceInFunction("private.lock_payment", /perform from public\.orders where .* for update;/, ""),
      fourThirdsMeet,
      { rounds: 8 },
    );
  });
});

async function fourThirdsMeet(target: TestDatabase): Promise<void> {
  const parts = await fourThirds(target);
  await together(
    target,
    parts.flatMap((part) => [tell(paid(part)), tell(succeeded(part)), tell(again(paid(part)))]),
  );
  await settleDown(target);
  const outcome = await outcomeOf(target.sql, parts[0] as Sale);
  expect(outcome).toMatchObject({
    order: "paid",
    enrollments: ["active"],
    refunds: [`duplicate_payment pending ${THIRD}`],
    stock: { available: 1, reserved: 0 },
  });
  expect(outcome.events["order.paid"]).toBe(1);
  await expectInvariants(target.sql);
}

describe("parts, new attempts, expiry and a cancellation at once", () => {
  test("end in a paid order or in every part going back", async () => {
    for (let round = 0; round < raceRounds(3); round++) await partsMeetTheEnd(database);
  });

  test("leave money with an order that ended when an end does not give parts back", async () => {
    await withSabotage(
      replaceInFunction("private.end_order", "perform private.give_back_captures(", "perform concat("),
      partsMeetTheEnd,
      { rounds: 8 },
    );
  });
});

async function partsMeetTheEnd(target: TestDatabase): Promise<void> {
  const parts = await fourThirds(target);
  const [first] = parts as [Sale];
  await deliver(target.sql, paid(first));
  await holdEnds(target.sql, first);
  await together(target, [
    ...parts.slice(1, 3).map((part) => tell(paid(part))),
    ...times(4, (index) => (sql: Pool) => startPart(sql, first, index % 2 ? null : THIRD)),
    ...times(2, () => (sql: Pool) => cancel(sql, first, "customer")),
    ...times(2, () => expireDue),
  ]);
  await settleDown(target);
  await expireDue(target.sql);
  const outcome = await outcomeOf(target.sql, first);
  const captured = outcome.payments.reduce((sum, payment) => sum + Number(payment.split(" ")[1]), 0);
  const returning = outcome.refunds.reduce((sum, refund) => sum + Number(refund.split(" ")[2]), 0);
  expect(captured).toBe(PRICE);
  expect(returning).toBe(outcome.order === "paid" ? 0 : PRICE);
  await expectInvariants(target.sql);
}
