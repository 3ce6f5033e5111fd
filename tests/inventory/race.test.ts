import { describe, expect, inject, test } from "vitest";
import { endHold } from "../support/buying.ts";
import { type Attempt, type Crowd, gatherCrowd, newCustomers, outcome, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { effort, raceRounds } from "../support/effort.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** Rounds at the edge of stock. */
const rounds = effort(20);

const database = useDatabase();

// What a shop loses when stock is read first and written later, without a lock or a constraint.
const checkThenAct = `
  alter table public.stock_slots drop constraint stock_slots_never_sell_what_is_not_there;
  create or replace function private.draw_units(variant_id uuid, quantity integer, reserve boolean)
  returns setof private.drawn_slot language plpgsql volatile set search_path = '' as $$
  declare v_slot integer; v_location uuid; v_available integer;
  begin
    select stock_slots.slot, stock_slots.location_id, stock_slots.available into v_slot, v_location, v_available
    from public.stock_slots where stock_slots.variant_id = draw_units.variant_id
    order by stock_slots.available desc, stock_slots.slot limit 1;
    if v_available < draw_units.quantity then return; end if;
    update public.stock_slots set available = available - draw_units.quantity,
      reserved = reserved + case when draw_units.reserve then draw_units.quantity else 0 end
    where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = v_slot and stock_slots.location_id = v_location;
    return next (v_slot, v_location, draw_units.quantity)::private.drawn_slot;
  end $$`;

const neverWalk = replaceInFunction(
  "private.draw_units",
  /return query select \* from private\.draw_units_in_order\([^;]*;/,
  "return;",
);

// A row that changed between the look and the lock stays locked unless the look is undone.
const keepLooked = replaceInFunction(
  "private.draw_units",
  /raise sqlstate 'SL001';\s+exception when sqlstate 'SL001' then null;/,
  "",
);

// Ends holds one by one without having locked their slots before.
const lockAsYouGo = `create or replace function private.lock_holds(holder_ids uuid[], variant_ids uuid[] default '{}') returns void language sql as ''`;

describe("at the edge of stock", () => {
  test(
    "not one unit is oversold, and none stays unsold while somebody wants it",
    async () => edgeOfStock(database, rounds, 100),
    30_000 + rounds * 4_000,
  );

  test("that test notices stock that is read first and written later", () =>
    withSabotage(checkThenAct, (shop) => edgeOfStock(shop, 3, 40)));

  test("that test notices buyers who are sent away while units are free in slots that are only locked", () =>
    withSabotage(neverWalk, (shop) => edgeOfStock(shop, 3, 60)));
});

/**
 * Rounds of up to `most` buyers who want 1 to 10 units each, together about as much as there is: some at once, some as holds, some in two
 * lines, some change their mind. Exact means: units only move from the shelf to buyers, and whoever was refused wanted more than was left.
 */
async function edgeOfStock(shop: TestDatabase, count: number, most: number): Promise<void> {
  const random = seededRandom();
  const crowd = await gatherCrowd(shop, most);
  for (let round = 1; round <= count; round++) {
    const buyers = random(2, most);
    const wishes = Array.from({ length: buyers }, () => random(1, 10));
    const wanted = wishes.reduce((sum, wish) => sum + wish, 0);
    const units = Math.ceil((wanted * random(5, 14)) / 10);
    await edgeRound(shop.sql, crowd, wishes, units, `round ${round} of seed ${inject("seed")}`);
  }
  await expectInvariants(shop.sql);
}

async function edgeRound(sql: Sql, crowd: Crowd, wishes: number[], units: number, name: string): Promise<void> {
  const variant = await stockedVariant(sql, units);
  const attempts = await crowd.rush(wishes.length, (lane, id, index) => {
    const quantity = wishes[index] as number;
    return buyUnits(lane, id, [{ variant, quantity }], index % 2 === 0 ? 0 : 1_000);
  });
  const left = await unitsLeft(sql, variant);
  const bought = attempts.reduce((sum, { code }, index) => sum + (code === null ? (wishes[index] as number) : 0), 0);
  expect(Object.keys(tally(attempts)).sort().join(), name).toMatch(/^(accepted)?,?(out_of_stock)?$/);
  expect({ bought, left }, name).toEqual({ bought: units - left, left: Math.max(left, 0) });
  const smallestRefused = Math.min(...wishes.filter((_, index) => attempts[index]?.code === "out_of_stock"));
  expect(smallestRefused, `${name}: the smallest wish that was refused, with ${left} left`).toBeGreaterThan(left);
}

describe("two variants in one purchase", () => {
  test("buyers of the same two things in any order never wait for each other in a circle", () => crossing(database));

  test("that test notices buyers who keep slots locked that they only looked at", () =>
    withSabotage(keepLooked, crossing));

  async function crossing(shop: TestDatabase): Promise<void> {
    const crowd = await gatherCrowd(shop, 40);
    for (let round = 0; round < raceRounds(5); round++) {
      const [first, second] = [await stockedVariant(shop.sql, 60), await stockedVariant(shop.sql, 30)];
      const attempts = await crowd.rush(40, (lane, id, index) => {
        const wishes = [
          { variant: first, quantity: 2 },
          { variant: second, quantity: 1 },
        ];
        return buyUnits(lane, id, index % 2 === 0 ? wishes : wishes.reverse());
      });
      expect(tally(attempts)).toEqual({ accepted: 30, out_of_stock: 10 });
      expect([await unitsLeft(shop.sql, first), await unitsLeft(shop.sql, second)]).toEqual([0, 0]);
    }
  }
});

describe("holds that are due", () => {
  test("the next buyers get what is due, without any worker, and exactly once", () => dueHolds(database));

  test("buyers, expiry in batches and people with due orders of their own never wait for each other in a circle", () =>
    everyoneReleases(database));

  test("that test notices holds that are ended without locking their slots in order", () =>
    withSabotage(lockAsYouGo, everyoneReleases));
});

async function dueHolds(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 40);
  const sleepers = await newCustomers(shop.sql, 10);
  for (let round = 0; round < raceRounds(5); round++) {
    const variant = await stockedVariant(shop.sql, 20);
    for (const sleeper of sleepers) {
      await endHold(shop.sql, await buyUnits(shop.sql, sleeper, [{ variant, quantity: 2 }], 500));
    }
    expect(await unitsLeft(shop.sql, variant)).toBe(0);
    const attempts = await crowd.rush(40, (lane, id) => buyUnits(lane, id, [{ variant, quantity: 1 }]));
    expect(tally(attempts)).toEqual({ accepted: 20, out_of_stock: 20 });
  }
}

// Everybody holds something due in every variant and buys two others at the edge, while two workers expire in batches.
async function everyoneReleases(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 24);
  const workers = [shop.connect({ max: 1 }), shop.connect({ max: 1 })];
  for (let round = 0; round < raceRounds(8); round++) {
    const variants = await Promise.all(Array.from({ length: 4 }, () => stockedVariant(shop.sql, 12)));
    const at = (index: number) => variants[index % 4] as string;
    for (const [index, { id }] of crowd.people.entries()) {
      await endHold(shop.sql, await buyUnits(shop.sql, id, [{ variant: at(index), quantity: 2 }], 500));
    }
    const expiring = workers.map((sql) => outcome(() => sql`select private.expire_due_orders()`));
    const buy = (sql: Sql, id: string, index: number) => {
      const wishes = [1, 2].map((step) => ({ variant: at(index + step), quantity: 1 }));
      return outcome(() => buyUnits(sql, id, wishes));
    };
    const attempts = (await crowd.rush(24, buy)).map(({ value }) => value as Attempt<string>);
    expect(tally(await Promise.all(expiring))).toEqual({ accepted: 2 });
    const { accepted: _, out_of_stock: __, ...others } = tally(attempts);
    expect(others).toEqual({});
    // Units that somebody is just releasing are not free yet; once the crowd is through, they are.
    for (const [index, { id, sql }] of crowd.people.entries()) {
      if (attempts[index]?.code) expect(await buy(sql, id, index)).toMatchObject({ code: null });
    }
    expect(await Promise.all(variants.map((variant) => unitsLeft(shop.sql, variant)))).toEqual([0, 0, 0, 0]);
    await expectInvariants(shop.sql);
  }
}

describe("capacity", () => {
  test("units are added and taken away under buyers, and the books agree", async () => {
    const crowd = await gatherCrowd(database, 60);
    const variant = await stockedVariant(database.sql, 40);
    const changes = [15, -20, 10, -5, 30, -25];
    const attempts = crowd.rush(60, (lane, id) => buyUnits(lane, id, [{ variant, quantity: 1 }]));
    let capacity = 40;
    for (const delta of changes) {
      const change = await outcome(() => database.sql`select private.change_capacity(${variant}, ${delta})`);
      expect([null, "capacity_in_use"]).toContain(change.code);
      if (change.code === null) capacity += delta;
    }
    const { accepted = 0, ...others } = tally(await attempts);
    expect(Object.keys(others).filter((code) => code !== "out_of_stock")).toEqual([]);
    expect(await unitsLeft(database.sql, variant)).toBe(capacity - accepted);
  });
});

async function unitsLeft(sql: Sql, variant: string): Promise<number> {
  const [level] = await sql`select available from public.stock_levels where variant_id = ${variant}`;
  return level?.available;
}
