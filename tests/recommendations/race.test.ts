import { expect, test } from "vitest";
import { sell } from "../catalog/searching.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { bought, pairOf, refresh, scoreOf } from "./recommending.ts";

const database = useDatabase();
// each counts 90 points, and 89 once midnight has passed
const buyers = (score: number | null) => Math.ceil((score ?? 0) / 90);
const noLock = replaceInFunction(
  "private.refresh_recommendations",
  /not pg_try_advisory_xact_lock\([^;]*?\) then/,
  "false then",
);

test(
  "a refresh that comes while another runs leaves at once and changes nothing",
  () => refreshTwice(database),
  30_000,
);

test("that test notices a refresh without the lock", () => withSabotage(noLock, refreshTwice), 60_000);

async function refreshTwice(shop: TestDatabase): Promise<void> {
  const [one, other] = [await sell(shop.sql, { units: 9 }), await sell(shop.sql, { units: 9 })];
  for (let people = 0; people < 2; people++) await bought(shop.sql, [one, other]);
  const second = shop.connect({ max: 1 });
  await shop.sql.begin(async (first) => {
    expect(await refresh(first)).toBe(4);
    // with nothing to wait for the bound is never met; without the lock the rows of the first are in the way
    const answer = await second
      .begin(async (sql) => {
        await sql`set local lock_timeout = '300ms'`;
        return refresh(sql);
      })
      .catch((error) => error.code);
    expect(answer).toBe(0);
    expect(await scoreOf(second, one)).toBeNull();
  });
  expect([buyers(await scoreOf(shop.sql, one)), buyers(await pairOf(shop.sql, one, other))]).toEqual([2, 2]);
}

test("purchases and refreshes at once all succeed, and the next refresh has counted each buyer", async () => {
  const things = [await sell(database.sql, { units: 100 }), await sell(database.sql, { units: 100 })];
  const [one, other] = things as [(typeof things)[0], (typeof things)[0]];
  const { errors } = await race(database, 12, async (sql, index) =>
    index % 3 === 0 ? refresh(sql) : bought(sql, index % 2 ? [one, other] : [other, one]),
  );
  expect(errors).toEqual([]);
  await refresh(database.sql);
  expect([buyers(await scoreOf(database.sql, one)), buyers(await scoreOf(database.sql, other))]).toEqual([8, 8]);
  expect([buyers(await pairOf(database.sql, one, other)), buyers(await pairOf(database.sql, other, one))]).toEqual([
    8, 8,
  ]);
});
