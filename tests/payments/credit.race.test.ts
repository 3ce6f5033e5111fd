import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { creditOf, grant, payWithCredit, record } from "./credit.ts";
import { outcomeOf } from "./outcome.ts";
import { cancel, type OpenOrder, openOrder } from "./sale.ts";
import { times, together } from "./together.ts";

const database = useDatabase();

describe("64 spends of the same store credit at once", () => {
  test("spend exactly what there is", async () => {
    await manySpends(database);
  });

  test("spend more than there is when taking does not wait", async () => {
    await withSabotage(
      replaceInFunction("private.tg_store_credit_entries__guard_balance", "for no key update", ""),
      manySpends,
    );
  });
});

async function manySpends(target: TestDatabase): Promise<void> {
  const customerId = await newCustomer(target.sql);
  // 16 orders of 100 and credit for ten and a half of them; each is paid by four clicks
  const orders: OpenOrder[] = [];
  for (let count = 0; count < 16; count++) {
    orders.push(
      await openOrder(target.sql, { intake: await publishedIntake(target.sql, { seats: 1, price: 100 }), customerId }),
    );
  }
  await grant(target.sql, customerId, 1050);
  const answers = await together(
    target,
    times(64, (index) => async (sql: Pool) => {
      await payWithCredit(sql, orders[index % 16] as OpenOrder, 100);
      return "paid";
    }),
  );
  expect(answers.filter((answer) => answer === "paid")).toHaveLength(10);
  expect(await creditOf(target.sql, customerId)).toBe(50);
  await expectInvariants(target.sql);
}

describe("one order paid by credit, by cash and cancelled at once", () => {
  test("keeps its price or nothing", async () => {
    for (let round = 0; round < raceRounds(3); round++) await waysMeet(database);
  });

  test("keeps too much when the order is not locked before it is asked what is due", async () => {
    await withSabotage(
      async (sql) => {
        for (const [name, guard] of [
          ["private.open_payment", "for update"],
          ["private.pay_with_store_credit", "for update"],
          ["private.lock_payment", "for update"],
        ] as const) {
          const patch = replaceInFunction(name, guard, "");
          if (typeof patch !== "string") await patch(sql);
        }
        await sql`drop index public.payments_one_open_per_order`;
        await sql`alter table public.payments drop constraint payments_are_numbered_per_order`;
      },
      waysMeet,
      { rounds: 8 },
    );
  });
});

async function waysMeet(target: TestDatabase): Promise<void> {
  const order = await openOrder(target.sql, { price: 100 });
  await grant(target.sql, order.customerId, 70);
  await together(target, [
    ...times(4, () => (sql: Pool) => payWithCredit(sql, order)),
    ...times(4, () => (sql: Pool) => record(sql, order, { amount: 60 })),
    (sql) => cancel(sql, order, "customer"),
  ]);
  const outcome = await outcomeOf(target.sql, order);
  const captured = outcome.payments.reduce((sum, payment) => sum + Number(payment.split(" ")[1]), 0);
  expect(captured).toBeLessThanOrEqual(100);
  await expectInvariants(target.sql);
}
