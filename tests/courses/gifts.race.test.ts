import { describe, expect, test } from "vitest";
import { refund } from "../payments/giving-back.ts";
import { gatherCrowd, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { claimGift, codeOf, endGift, give, standingOfGifts } from "./gifts.ts";

const database = useDatabase();

const claimWithoutLock = allOf(
  replaceInFunction("private.claim_gift", "where gifts.id = v_gift.id for update", "where gifts.id = v_gift.id"),
  replaceInFunction("private.claim_gift", "perform private.stop_waiting(v_gift.intake_id, v_learner_id);", ""),
  replaceInFunction("private.claim_gift", "perform private.refuse_over(v_gift.intake_id);", "perform pg_sleep(0.05);"),
);

describe("thirty people with the code of one gift", () => {
  test("are one who has it and others who are told that it is gone", () => manyClaims(database, 30), 30_000);

  test("that test notices a claim that locks nothing", () =>
    withSabotage(claimWithoutLock, (shop) => manyClaims(shop, 10)));
});

async function manyClaims(shop: TestDatabase, people: number): Promise<void> {
  const given = await give(shop.sql, [{}], { seats: 3 });
  const code = await codeOf(shop.sql, given.gifts[0]);
  const crowd = await gatherCrowd(shop, people);
  const claims = await crowd.rush(people, (sql, id) => claimGift(sql, id, code));
  expect(tally(claims)).toEqual({ accepted: 1, gift_ended: people - 1 });
  await expectInvariants(shop.sql);
}

test("a claim, a refund of everything and the end of its time at once leave one ending and no seat astray", async () => {
  const crowd = await gatherCrowd(database, 4);
  for (let round = 1; round <= raceRounds(12); round++) {
    const given = await give(database.sql, [{}, {}], { seats: 2 });
    const code = await codeOf(database.sql, given.gifts[0]);
    await endGift(database.sql, given.gifts[1]);
    const ends = await crowd.rush(4, (sql, id, index): Promise<unknown> => {
      if (index < 2) return claimGift(sql, id, code);
      if (index === 2) return refund(sql, given.order.id);
      return sql`select private.expire_due_gift()`;
    });
    const faults = Object.keys(tally(ends)).filter((code) => !["accepted", "gift_ended"].includes(code));
    expect(faults).toEqual([]);
    expect((await standingOfGifts(database.sql, given.buyer)).every((status) => status === "ended")).toBe(true);
    await expectInvariants(database.sql);
  }
});
