import { describe, expect, test } from "vitest";
import { openOrder } from "../payments/sale.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("one effect posted by thirty at once", () => {
  test("is booked once", async () => {
    await bookedOnce(database);
  });

  test("is booked thirty times without its unique key", async () => {
    await withSabotage(
      allOf(
        "alter table public.ledger_transactions drop constraint ledger_transactions_effect_key_key",
        replaceInFunction(
          "private.post_entries",
          "on conflict on constraint ledger_transactions_effect_key_key do nothing",
          "",
        ),
      ),
      bookedOnce,
      { rounds: 1 },
    );
  });
});

async function bookedOnce(target: TestDatabase): Promise<void> {
  const { orderId } = await openOrder(target.sql);
  const { errors } = await race(target, 30, async (sql) => {
    await sql`select private.post_entries(${`test:${orderId}`}, ${orderId}, 'IDR', '{"discounts": 10, "revenue": -10}')`;
  });
  expect(errors.map(String)).toEqual([]);
  const entries = await target.sql`select account, amount from public.ledger_entries
    join public.ledger_transactions on ledger_transactions.id = transaction_id where order_id = ${orderId} order by account`;
  expect([...entries]).toEqual([
    { account: "discounts", amount: 10 },
    { account: "revenue", amount: -10 },
  ]);
}

describe("history", () => {
  test("stays as it was written", async () => {
    await historyStays(database);
  });

  test("is rewritten when its trigger is gone", async () => {
    await withSabotage("drop trigger _200_refuse_change on public.ledger_entries", historyStays, { rounds: 1 });
  });
});

async function historyStays(target: TestDatabase): Promise<void> {
  const { orderId } = await openOrder(target.sql);
  await target.sql`select private.post_entries(${`kept:${orderId}`}, ${orderId}, 'IDR', '{"discounts": 10, "revenue": -10}')`;
  const before = await target.sql`select sum(abs(amount)) as sum from public.ledger_entries`;
  await race(target, 5, (sql) => sql`update public.ledger_entries set amount = amount * 2`);
  expect(await target.sql`select sum(abs(amount)) as sum from public.ledger_entries`).toEqual(before);
}
