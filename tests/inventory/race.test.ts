import { describe, expect, test } from "vitest";
import { endHold } from "../support/buying.ts";
import { type Attempt, gatherCrowd, newCustomers, outcome, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

// A row that changed between the look and the lock stays locked unless the look is undone.
const keepLooked = replaceInFunction(
  "private.draw_units",
  /raise sqlstate 'SL001';\s+exception when sqlstate 'SL001' then null;/,
  "",
);

// Ends holds one by one without having locked their slots before.
const lockAsYouGo = `create or replace function private.lock_holds(holder_ids uuid[], variant_ids uuid[] default '{}') returns void language sql as ''`;

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
