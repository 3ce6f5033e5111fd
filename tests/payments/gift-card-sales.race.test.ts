import { describe, expect, test } from "vitest";
import { payOrder } from "../support/buying.ts";
import type { Pool, TestDatabase } from "../support/database.ts";
import { useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { codeOf, madeOf, openCards, soldCards, standing, WORTH } from "./gift-card-sales.ts";
import { payWithCard } from "./gift-cards.ts";
import { refund } from "./giving-back.ts";
import { openOrder } from "./sale.ts";
import { together } from "./together.ts";

const database = useDatabase();

describe("ten payments that issue the cards of one order at once", () => {
  test("make one card per unit", () => oneCardPerUnit(database));

  test("make several when neither the purchase is locked nor its effect counts once", () =>
    withSabotage(
      allOf(
        replaceInFunction("private.issue_purchased_cards", "for update of gift_card_purchases", ""),
        "alter table public.gift_card_entries drop constraint gift_card_entries_count_each_effect_once",
      ),
      oneCardPerUnit,
    ));
});

async function oneCardPerUnit(target: TestDatabase): Promise<void> {
  const open = await openCards(target.sql, [{}, {}, {}]);
  // as the payment does, but for the order's lock, which would let them come one by one
  const { errors } = await race(target, 10, (sql) => sql`select private.issue_purchased_cards(${open.order.id})`);
  expect(errors.map(String)).toEqual([]);
  const [made] = await target.sql`select count(*) as cards from public.gift_cards where order_item_id = ${open.item}`;
  expect(made?.cards).toBe(3);
  expect(new Set((await madeOf(target.sql, open.order.id)).cards).size).toBe(3);
  // and none is added when the payment itself comes
  await payOrder(target.sql, open.buyer, open.order.id);
  expect(await standing(target.sql, open)).toEqual(Array(3).fill(`issued ${WORTH}`));
  await expectInvariants(target.sql);
}

describe("a refund and somebody who spends the card", () => {
  test("are one of the two, never both", async () => {
    for (let round = 0; round < raceRounds(4); round++) await spentOrRefunded(database);
  });

  test("are both when nobody waits at the card", () =>
    withSabotage(
      allOf(
        replaceInFunction("private.tg_gift_card_entries__guard_balance", "for no key update", ""),
        replaceInFunction("private.lock_purchased_cards", "for no key update", ""),
        // the update that freezes it waits, and the check has been made by then
        replaceInFunction("private.void_purchased_cards", /update public\.gift_cards set frozen_at[^;]*;/, ""),
      ),
      spentOrRefunded,
      { rounds: 20 },
    ));
});

async function spentOrRefunded(target: TestDatabase): Promise<void> {
  const sold = await soldCards(target.sql);
  const code = await codeOf(target.sql, sold.purchases[0]);
  const goods = await openOrder(target.sql, { price: WORTH });
  const answers = await together(target, [
    async (sql: Pool) => {
      await refund(sql, sold.order.id);
      return "refunded";
    },
    async (sql: Pool) => {
      const answer = await payWithCard(sql, goods, code);
      return answer.code ?? "spent";
    },
  ]);
  const [first, second] = answers;
  expect([
    "refunded gift_card_not_found",
    "refunded gift_card_frozen",
    "refunded gift_card_insufficient",
    "gift_card_spent spent",
  ]).toContain(`${first} ${second}`);
  expect(await standing(target.sql, sold)).toEqual([first === "refunded" ? "voided 0" : "issued 0"]);
  await expectInvariants(target.sql);
}
