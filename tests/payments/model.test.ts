import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { refusalOf } from "../support/expect-error.ts";
import { violations } from "../support/invariants.ts";
import { type Patch, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { deeds } from "./money-deeds.ts";
import { captures, misplaced, settle, unsettled } from "./money-ends.ts";
import { forget, openWorld, type World } from "./money-world.ts";

const stories = randomRounds(12);

const database = useDatabase();

/** What happens, and to whom. */
type Story = [keyof typeof deeds, number][];

test(
  "whatever happens to the money of two seats and five things, in whatever order, every promise holds after every step",
  () => manyStories(database, stories, Object.values(rare)),
  60_000 + stories * 3_000,
);

/** Stories that chance does not always bring: buyer 0 has ordered a seat, buyer 1 the other one and a thing. */
const rare = {
  "an amount goes back twice, and then everything": [
    ["paid", 0],
    ["given back by staff", 4],
    ["given back by staff", 4],
    ["given back by staff", 0],
  ],
  "a part is paid with store credit, and the order is cancelled": [
    ["paid with store credit", 0],
    ["cancelled by the buyer", 0],
  ],
  "money is given back as store credit": [
    ["paid", 0],
    ["given back as store credit", 0],
  ],
  "a card is charged after the order was cancelled": [
    ["authorising starts", 0],
    ["authorised", 0],
    ["cancelled by staff", 0],
    ["captured at the provider", 0],
  ],
  "somebody else has the seat when the payment comes": [
    ["hold ends", 0],
    ["order", 2],
    ["paid", 0],
  ],
  "a second payment comes while a bank has the first one, and the bank decides": [
    ["expired", 0],
    ["another attempt", 0],
    ["paid", 2],
    ["dispute", 2],
    ["paid", 0],
    ["dispute won", 2],
  ],
  "a bank takes back what, by an edit, pays for another order": [
    ["paid", 0],
    ["edited", 6],
    ["dispute", 2],
    ["dispute lost", 2],
  ],
  "another amount was paid, and staff want to deliver": [
    ["wrong amount", 0],
    ["a review is decided", 0],
  ],
} satisfies Record<string, Story>;

describe("that test notices", () => {
  const twins: [string, keyof typeof rare, Patch][] = [
    [
      "a refund that forgets what is on its way back",
      "an amount goes back twice, and then everything",
      replaceInFunction(
        "private.refundable_amount",
        /- coalesce\(\(\s*select sum\(refunds\.amount\)[^;]*?'pending'\), 0\)::bigint/,
        "",
      ),
    ],
    [
      "an end that keeps what was paid",
      "a part is paid with store credit, and the order is cancelled",
      replaceInFunction("private.end_order", "perform private.give_back_captures(", "perform concat("),
    ],
    [
      "store credit that is booked and never granted",
      "money is given back as store credit",
      replaceInFunction("private.settle_refund", "perform private.keep_refund_in_house(refund, payment);", ""),
    ],
    [
      "a late charge that nobody looks at",
      "a card is charged after the order was cancelled",
      replaceInFunction(
        "private.deliver_paid_order",
        /perform private\.request_refund\([^;]*'paid after the order was cancelled'\);/,
        "",
      ),
    ],
    [
      "a seat that is sold twice",
      "somebody else has the seat when the payment comes",
      replaceInFunction("private.confirm_order", "where lines.missing > 0", "where false"),
    ],
    [
      "a dispute that ends without a look at what was paid meanwhile",
      "a second payment comes while a bank has the first one, and the bank decides",
      replaceInFunction("private.end_dispute_review", "perform private.give_back_unexpected(", "perform concat("),
    ],
    [
      "an order that is delivered for another amount",
      "another amount was paid, and staff want to deliver",
      replaceInFunction("private.fulfil_reviewed_order", "or v_kept <> target.total_amount and", "or false and"),
    ],
  ];
  test.each(twins)("%s", (_bug, story, patch) =>
    withSabotage(patch, (shop) => manyStories(shop, 1, [rare[story]]), { rounds: 1 }),
  );
});

async function manyStories(shop: TestDatabase, numRuns: number, examples: Story[] = []): Promise<void> {
  const story = fc.array(fc.tuple(fc.constantFrom(...Object.keys(deeds)), fc.nat(11)), { minLength: 6, maxLength: 24 });
  await shop.rolledBack(async (sql) => {
    const world = await openWorld(sql);
    const lived = fc.asyncProperty(story, (steps) => takenBack(sql, () => live(forget(world), steps)));
    const told = examples.map((steps): [Story] => [steps]);
    const details = await fc.check(lived, { numRuns: numRuns + told.length, examples: told, endOnFailure: true });
    expect(details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`).toBe(false);
  });
}

async function takenBack(sql: Sql, work: () => Promise<void>): Promise<void> {
  await sql`savepoint before_the_story`;
  try {
    await work();
  } finally {
    await sql`rollback to savepoint before_the_story`;
  }
}

/** Tells a story of two orders, looks at every promise after each step, and lets everything come to its end. */
async function live(world: World, story: Story): Promise<void> {
  for (const pick of [0, 7]) await deeds.order?.(world, pick);
  for (const [name, pick] of story) {
    const refusal = await refusalOf(async () => void (await deeds[name]?.(world, pick)));
    await holds(world, `${name} ${pick} ${refusal?.code ?? ""}`, refusal?.status);
  }
  await settle(world);
  await holds(world, "settling");
  nothing(await unsettled(world.sql), "still under way at the end");
  nothing(await misplaced(world), "money at the end");
}

async function holds(world: World, step: string, status = 200): Promise<void> {
  expect(status, step).toBeLessThan(500);
  nothing(
    (await violations(world.sql)).map((found) => JSON.stringify(found)),
    `broken after ${step}`,
  );
  const { here, there } = await captures(world);
  expect(here, `captured after ${step}`).toEqual(there);
}

function nothing(lines: string[], what: string): void {
  if (lines.length > 0) expect.fail(`${what}:\n${lines.join("\n")}`);
}
