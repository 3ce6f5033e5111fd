import { expect, test } from "vitest";
import { placeOrder } from "../support/buying.ts";
import { gatherCrowd, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { bundleOf, goods } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { levelOf, receive } from "../support/stock-keeping.ts";

const database = useDatabase();

// The parts of a bundle are asked for line by line, in the order in which the lines stand.
const neverSum = replaceInFunction("private.place_quote", "private.needed_units(quote.lines)", "quote.lines");

test("bundles and plain lines that share their parts sell them to the last unit, and never wait in a circle", () =>
  sharing(database));

test("that test notices parts that are not taken in the order of locks", () => withSabotage(neverSum, sharing));

async function sharing(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 24);
  for (let round = 0; round < raceRounds(4); round++) {
    const parts = [];
    for (const units of [40, 24]) {
      const part = await goods(shop.sql, { kind: "digital", status: "published", price: 0 });
      await shop.sql`select public.set_stock_mode(${part}, 'tracked')`;
      await receive(shop.sql, part, units);
      parts.push(part);
    }
    const [first, second] = parts as [string, string];
    const bundles = [
      await bundleOf(shop.sql, [
        { variant: first, quantity: 2 },
        { variant: second, quantity: 1 },
      ]),
      await bundleOf(shop.sql, [
        { variant: second, quantity: 1 },
        { variant: first, quantity: 1 },
      ]),
    ];
    const lines = (index: number) => [
      { variant_id: bundles[index % 2] as string, quantity: 1 },
      { variant_id: index % 3 === 0 ? first : second, quantity: 1 },
    ];
    const attempts = await crowd.rush(24, (sql, id, index) => placeOrder(sql, id, lines(index)));
    const { accepted: _, out_of_stock: __, ...others } = tally(attempts);
    expect(others).toEqual({});
    const taken = [0, 0];
    for (const [index, { code }] of attempts.entries()) {
      if (code !== null) continue;
      taken[0] = (taken[0] ?? 0) + (index % 2 === 0 ? 2 : 1) + (index % 3 === 0 ? 1 : 0);
      taken[1] = (taken[1] ?? 0) + 1 + (index % 3 === 0 ? 0 : 1);
    }
    const left = [(await levelOf(shop.sql, first)).available, (await levelOf(shop.sql, second)).available];
    expect(left).toEqual([40 - (taken[0] ?? 0), 24 - (taken[1] ?? 0)]);
    // Whoever was refused wanted more than was left of one of the two.
    for (const [index, { code }] of attempts.entries()) {
      if (code === null) continue;
      const [needFirst, needSecond] = [
        (index % 2 === 0 ? 2 : 1) + (index % 3 === 0 ? 1 : 0),
        1 + (index % 3 === 0 ? 0 : 1),
      ];
      expect((left[0] ?? 0) < needFirst || (left[1] ?? 0) < needSecond).toBe(true);
    }
    await expectInvariants(shop.sql);
  }
}
