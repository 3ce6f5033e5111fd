import { describe, expect, inject, test } from "vitest";
import { endHold } from "../support/buying.ts";
import { gatherCrowd, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds, randomRounds } from "../support/effort.ts";
import { buyUnits, goods, sellBeyondStock, stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { seededRandom } from "../support/seeded-random.ts";
import {
  adjust,
  deduct,
  levelOf,
  main,
  newPlace,
  receive,
  release,
  reserve,
  transfer,
} from "../support/stock-keeping.ts";

/** Rounds at the edge of stock. */
const rounds = randomRounds(6);

const database = useDatabase();

// Who finds no single slot with enough gives up.
const neverWalk = replaceInFunction(
  "private.draw_units",
  /return query select \* from private\.draw_units_in_order\([^;]*;/,
  "return;",
);
// Slots are locked in whatever order they come.
const lockAnyhow = replaceInFunction(
  "private.lock_stock",
  /slot = 0 for update;\s+perform from public\.stock_slots where stock_slots\.variant_id = v_variant_id order by stock_slots\.slot, stock_slots\.location_id for update/,
  "slot = 0; perform from public.stock_slots where stock_slots.variant_id = v_variant_id order by random() for update",
);
const lockNobody = replaceInFunction("private.lock_goods", "for no key update", "");
// Goods are given to who waits, and nobody may buy beyond stock in their place.
const restoreNothing = replaceInFunction(
  "private.move_beyond_stock",
  "available = stock_slots.available + move_beyond_stock.quantity",
  "available = stock_slots.available",
);
const tellAlways = replaceInFunction(
  "private.note_low_stock",
  "(low_stock_marks.low_since is null) = (stock.available <= low_stock_marks.threshold)",
  "stock.available <= low_stock_marks.threshold",
);

describe("stock in several places and beyond", () => {
  test(
    "is sold to the last unit and no further, real units before promised ones",
    () => edgeOfPlaces(database, rounds),
    60_000 + rounds * 2_000,
  );

  test("that test notices buyers who are sent away while units are free in several places", () =>
    withSabotage(neverWalk, (shop) => edgeOfPlaces(shop, 3)));
});

/** Buyers who together want about what there is in main, in two places and beyond stock. */
async function edgeOfPlaces(shop: TestDatabase, count: number): Promise<void> {
  const random = seededRandom();
  const crowd = await gatherCrowd(shop, 30);
  const places = [main, await newPlace(shop.sql, 1), await newPlace(shop.sql, 2)];
  for (let round = 1; round <= count; round++) {
    const name = `round ${round} of seed ${inject("seed")}`;
    const variant = await goods(shop.sql);
    const stock = places.map(() => random(0, 20));
    const limit = random(0, 30);
    for (const [index, units] of stock.entries()) if (units > 0) await receive(shop.sql, variant, units, places[index]);
    await sellBeyondStock(shop.sql, variant, limit);
    const wishes = Array.from({ length: 30 }, () => random(1, 6));
    const attempts = await crowd.rush(30, (sql, id, index) =>
      buyUnits(sql, id, [{ variant, quantity: wishes[index] as number }], index % 2 === 0 ? 0 : 1_000),
    );
    const real = stock.reduce((sum, units) => sum + units, 0);
    const bought = attempts.reduce((sum, { code }, index) => sum + (code === null ? (wishes[index] as number) : 0), 0);
    const { available = 0, sellable = 0 } = (await levelOf(shop.sql, variant)) ?? {};
    expect(Object.keys(tally(attempts)).sort().join(), name).toMatch(/^(accepted)?,?(out_of_stock)?$/);
    expect({ sellable, available }, name).toEqual({
      sellable: real + limit - bought,
      available: Math.max(0, real - bought),
    });
    const refused = wishes.filter((_, index) => attempts[index]?.code === "out_of_stock");
    expect(Math.min(...refused), `${name}: the smallest wish that was refused`).toBeGreaterThan(sellable);
  }
  await expectInvariants(shop.sql);
}

describe("goods that arrive", () => {
  test("go to who bought beyond stock, exactly, while others buy, cancel and pay", () => arriving(database));

  test("that test notices an allowance that is not restored", () => withSabotage(restoreNothing, arriving));
});

async function arriving(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 30);
  for (let round = 0; round < raceRounds(3); round++) {
    const variant = await goods(shop.sql);
    await sellBeyondStock(shop.sql, variant, 15);
    const receipts = [3, 4, 5, 6, 2];
    const attempts = await crowd.rush(30, async (sql, id, index) => {
      if (index < receipts.length) return adjust(sql, [{ variant_id: variant, delta: receipts[index] }], "receipt");
      const order = await buyUnits(sql, id, [{ variant, quantity: 1 + (index % 2) }]);
      if (index % 5 === 0) await sql`select private.undo_order(${order}, 'changed their mind')`;
      return order;
    });
    const { accepted: _, out_of_stock: __, ...others } = tally(attempts);
    expect(others).toEqual({});
    await shop.sql`select private.fill_waiting_backorders()`;
    const sold = attempts.reduce(
      (sum, { code }, index) => sum + (index >= 5 && index % 5 > 0 && code === null ? 1 + (index % 2) : 0),
      0,
    );
    expect(await levelOf(shop.sql, variant)).toEqual({
      available: Math.max(0, 20 - sold),
      reserved: 0,
      on_hand: Math.max(0, 20 - sold),
      sellable: 35 - sold,
      backordered: Math.max(0, sold - 20),
    });
    await expectInvariants(shop.sql);
  }
}

describe("the warehouse and buyers at once", () => {
  test("never wait for each other in a circle, and moved units are as many as before", () => everybody(database));

  test("that test notices slots that are locked in any order", () => withSabotage(lockAnyhow, everybody));

  test("one who counts what another counts finds it counted", () => counting(database));

  test("that test notices counters who do not wait for each other", () => withSabotage(lockNobody, counting));
});

async function everybody(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 24);
  const place = await newPlace(shop.sql, 3);
  for (let round = 0; round < raceRounds(4); round++) {
    const variants = await Promise.all([1, 2, 3].map(() => stockedVariant(shop.sql, 40)));
    for (const variant of variants) await sellBeyondStock(shop.sql, variant, 4);
    for (const [index, { id }] of crowd.people.slice(0, 6).entries())
      await endHold(
        shop.sql,
        await buyUnits(shop.sql, id, [{ variant: variants[index % 3] as string, quantity: 2 }], 500),
      );
    const some = (index: number, quantity: number) =>
      [0, 1].map((step) => ({ variant_id: variants[(index + step) % 3] as string, quantity }));
    const attempts = await crowd.rush(24, async (sql, id, index): Promise<unknown> => {
      if (index < 4)
        return transfer(sql, some(index, 3), index % 2 === 0 ? main : place, index % 2 === 0 ? place : main);
      if (index < 8)
        return adjust(
          sql,
          some(index, 0).map(({ variant_id }) => ({ variant_id, delta: 5 })),
          "receipt",
        );
      if (index < 11) return deduct(sql, { lines: some(index, 1) });
      if (index < 13) return sql`select private.expire_due_orders()`;
      if (index < 18) {
        const hold = await reserve(sql, some(index, 2));
        return index % 2 === 0 ? release(sql, hold.id) : deduct(sql, { hold: hold.id });
      }
      const wishes = some(index, 3).map(({ variant_id, quantity }) => ({ variant: variant_id, quantity }));
      return buyUnits(
        sql,
        id,
        wishes.sort((a, b) => (a.variant < b.variant ? -1 : 1)),
      );
    });
    const codes = tally(attempts);
    expect(Object.keys(codes).filter((code) => code !== "accepted" && code !== "out_of_stock")).toEqual([]);
    await shop.sql`select private.expire_due_orders()`;
    const [sums] = await shop.sql`
      select sum(quantity)::int as moved, sum(quantity) filter (where reason = 'transfer')::int as transferred
      from public.stock_movements where variant_id = any (${variants}::uuid[]) and location_id <> private.allowance_location()`;
    const levels = await Promise.all(variants.map((variant) => levelOf(shop.sql, variant)));
    expect(sums?.moved).toBe(levels.reduce((sum, { on_hand }) => sum + on_hand, 0));
    expect(sums?.transferred ?? 0).toBe(0);
    await expectInvariants(shop.sql);
  }
}

async function counting(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 8);
  for (let round = 0; round < raceRounds(4); round++) {
    const variant = await goods(shop.sql);
    const attempts = await crowd.rush(8, (sql) => adjust(sql, [{ variant_id: variant, counted: 10 }], "count"));
    expect(tally(attempts)).toEqual({ accepted: 8 });
    expect(await levelOf(shop.sql, variant)).toMatchObject({ on_hand: 10 });
  }
}

describe("low stock", () => {
  test("is told once, however many cross the threshold together", () => crossing(database));

  test("that test notices a mark that is not looked at", () => withSabotage(tellAlways, crossing));
});

async function crossing(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 20);
  for (let round = 0; round < raceRounds(3); round++) {
    const variant = await stockedVariant(shop.sql, 24);
    await shop.sql`select public.set_low_stock_threshold(${variant}, 12)`;
    const attempts = await crowd.rush(20, (sql, id) => buyUnits(sql, id, [{ variant, quantity: 1 }]));
    expect(tally(attempts)).toEqual({ accepted: 20 });
    await shop.sql`select private.sweep_low_stock()`;
    const told = await shop.sql`select payload from public.events where name = 'stock.low' and subject_id = ${variant}`;
    expect(told).toHaveLength(1);
  }
}
