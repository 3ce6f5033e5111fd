import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { issue, payWithCard, redeem } from "./gift-cards.ts";
import { type OpenOrder, openOrder } from "./sale.ts";
import { together } from "./together.ts";

const database = useDatabase();

describe("64 buyers with one gift card", () => {
  test("spend exactly what is on it", async () => {
    await manySpend(database);
  });

  test("spend more than is on it when taking does not wait", async () => {
    await withSabotage(
      replaceInFunction("private.tg_gift_card_entries__guard_balance", "for no key update", ""),
      manySpend,
    );
  });
});

async function manySpend(target: TestDatabase): Promise<void> {
  const intake = await publishedIntake(target.sql, { seats: 64, price: 100 });
  const orders: OpenOrder[] = [];
  for (let count = 0; count < 64; count++) orders.push(await openOrder(target.sql, { intake }));
  const { id, code } = await issue(target.sql, 1050);
  const answers = await together(
    target,
    orders.map((order) => async (sql: Pool) => {
      await payWithCard(sql, order, code, 100);
      return "paid";
    }),
  );
  expect(answers.filter((answer) => answer === "paid")).toHaveLength(10);
  const [card] = await target.sql`select private.gift_card_balance_of(${id}) as balance`;
  expect(card?.balance).toBe(50);
  await expectInvariants(target.sql);
}

describe("spending, redeeming and expiry at once", () => {
  test("take what is on the card once", async () => {
    for (let round = 0; round < raceRounds(3); round++) await everybodyTakes(database);
  });

  test("take it several times when the card is not locked", async () => {
    await withSabotage(
      async (sql) => {
        for (const name of ["private.tg_gift_card_entries__guard_balance", "private.redeem_gift_card"]) {
          const patch = replaceInFunction(name, "for no key update", "");
          if (typeof patch !== "string") await patch(sql);
        }
      },
      everybodyTakes,
      { rounds: 8 },
    );
  });
});

async function everybodyTakes(target: TestDatabase): Promise<void> {
  // whoever types codes does so one at a time, so each is somebody else
  const orders: OpenOrder[] = [];
  for (let count = 0; count < 8; count++) orders.push(await openOrder(target.sql, { price: 100 }));
  const { id, code } = await issue(target.sql, 100, { expires: "1 hour" });
  await together(target, [
    ...orders.slice(0, 4).map((order) => (sql: Pool) => payWithCard(sql, order, code)),
    ...orders.slice(4).map(
      ({ customerId }) =>
        (sql: Pool) =>
          redeem(sql, customerId, code as string),
    ),
  ]);
  const [taken] =
    await target.sql`select -sum(amount)::int as amount from public.gift_card_entries where gift_card_id = ${id} and amount < 0`;
  expect(taken?.amount).toBe(100);
  await expectInvariants(target.sql);
}
