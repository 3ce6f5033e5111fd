import { expect, test } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { confirmPayment, endHold, getOrder, openPayment, placeOrder } from "../support/buying.ts";
import { type Attempt, gatherCrowd, newCustomers, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { buyWith, cartOf, coupon, linesOf, placeCart, promotion, quote, thing } from "./offers.ts";

const database = useDatabase();

test("a code that may be used once is used by one of sixty-four who use it at once", () => oneUse(database, 64));

test("that test notices a limit that is read before it is counted", () =>
  withSabotage(
    allOf(
      "alter table public.coupons drop constraint coupons_are_never_used_beyond_their_limit",
      replaceInFunction("private.count_use", "and coupons.used_count < coupons.usage_limit", ""),
    ),
    (target) => oneUse(target, 16),
  ));

test("an offer that applies by itself to five orders is in five of forty that are placed at once", () =>
  fiveUses(database));

test("that test notices an offer whose limit is read before it is counted", () =>
  withSabotage(
    allOf(
      "alter table public.promotions drop constraint promotions_are_never_used_beyond_their_limit",
      replaceInFunction("private.count_use", "and promotions.used_count < promotions.usage_limit", ""),
    ),
    fiveUses,
  ));

test("a person in fifty tabs gets an offer as often as one person may", () => threeTimes(database, 50));

test("that test notices a limit per person that nobody counts", () =>
  withSabotage(
    replaceInFunction(
      "private.count_use",
      "where uses.used_count < v_promotion.per_user_limit or v_promotion.per_user_limit is null",
      "",
    ),
    (target) => threeTimes(target, 20),
  ));

test("ten of forty guesses at once are answered, and no more", () => tenGuesses(database));

test("that test notices guesses that need not wait for each other", () =>
  withSabotage(replaceInFunction("private.refuse_guesser", /perform pg_advisory_xact_lock\([^;]*;/, ""), tenGuesses));

test("a use that is due goes to the late payment or to the next buyer, never to both", () => dueOnce(database));

test("that test notices a late payment that keeps what another has", () =>
  withSabotage(replaceInFunction("private.claim_promotions", /perform private\.use_promotion\([^;]*;/, ""), dueOnce));

test("a limit that is set while people buy has counted every use", () => limitWhileBuying(database));

test("that test notices a limit that counts from when it was set", () =>
  withSabotage("drop trigger _300_recount_uses on public.promotions", limitWhileBuying));

async function oneUse(target: TestDatabase, buyers: number): Promise<void> {
  const crowd = await gatherCrowd(target, buyers);
  const lines = linesOf([await thing(target.sql, 1_000), 1]);
  const code = await coupon(target.sql, await promotion(target.sql, { automatic: false }), { limit: 1 });
  const carts = await Promise.all(crowd.people.map(({ id }) => cartOf(target.sql, id, lines, [code.id])));
  const attempts = await crowd.rush(buyers, (sql, id, index) => placeCart(sql, id, carts[index] as string));
  expect(tally(attempts)).toEqual({ accepted: 1, coupon_used_up: buyers - 1 });
}

async function fiveUses(target: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(target, 40);
  const item = await thing(target.sql, 1_000);
  const offer = await promotion(target.sql, { usage_limit: 5 }, { products: [item.product] });
  let placed: Promise<Attempt<Order>[]> = Promise.resolve([]);
  // Nobody counts before all have priced their order with the offer in it.
  await target.sql.begin(async (sql) => {
    await sql`select from public.promotions where id = ${offer} for no key update`;
    placed = crowd.rush(40, (lane, id) => placeOrder(lane, id, linesOf([item, 1])));
    placed.catch(() => {});
    await allBlocked(target.sql, 40);
  });
  const attempts = await placed;
  expect(tally(attempts)).toEqual({ accepted: 5, promotion_used_up: 35 });
  expect(attempts.filter(({ value }) => value?.discount_amount === 100)).toHaveLength(5);
}

async function allBlocked(sql: Sql, buyers: number): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    const [row] =
      await sql`select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (row?.waiting >= buyers) return;
    if (Date.now() > until) throw new Error(`Only ${row?.waiting} of ${buyers} buyers came to wait in 30 s.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function threeTimes(target: TestDatabase, tabs: number): Promise<void> {
  const person = await newCustomer(target.sql);
  const item = await thing(target.sql, 1_000);
  const offer = await promotion(target.sql, { per_user_limit: 3 }, { products: [item.product] });
  const { values } = await race(target, tabs, (sql) => placeOrder(sql, person, linesOf([item, 1])));
  expect(values.filter((order) => order.discount_amount === 100)).toHaveLength(3);
  expect(await target.sql`select from public.promotion_redemptions where promotion_id = ${offer}`).toHaveLength(3);
}

async function tenGuesses(target: TestDatabase): Promise<void> {
  const person = await newCustomer(target.sql);
  const lines = linesOf([await thing(target.sql, 1_000), 1]);
  const { values } = await race(target, 40, async (sql, index) => {
    return (await quote(sql, person, lines, { coupon_codes: [`GUESS${index}`] })).code ?? "told";
  });
  const counts = tally(values.map((code) => ({ value: null, code })));
  expect(counts).toEqual({ coupon_not_found: 10, too_many_coupon_guesses: 30 });
}

async function dueOnce(target: TestDatabase): Promise<void> {
  const lines = linesOf([await thing(target.sql, 1_000), 1]);
  for (let round = 0; round < raceRounds(4); round++) {
    const offer = await promotion(target.sql, { automatic: false, usage_limit: 1 });
    const code = await coupon(target.sql, offer, { limit: 1 });
    const [late, next] = (await newCustomers(target.sql, 2)) as [string, string];
    const order = await buyWith(target.sql, late, lines, [code.id]);
    const payment = await openPayment(target.sql, late, order.id);
    const cart = await cartOf(target.sql, next, lines, [code.id]);
    await endHold(target.sql, order.id);
    // Even rounds: the next buyer is there first, and the payment finds the use gone.
    if (round % 2 === 0) await placeCart(target.sql, next, cart);
    const outcomes = await race(target, 2, async (sql, index) => {
      if (index === 0) return confirmPayment(sql, payment);
      return round % 2 === 0 ? "there" : (await placeCart(sql, next, cart)).id;
    });
    expect(outcomes.values[0]).toBe("applied");
    const { status } = await getOrder(target.sql, late, order.id);
    const bought = round % 2 === 0 || outcomes.values.length === 2;
    expect({ round, status }).toEqual({ round, status: bought ? "cancelled" : "paid" });
  }
}

async function limitWhileBuying(target: TestDatabase): Promise<void> {
  const people = await newCustomers(target.sql, 20);
  const item = await thing(target.sql, 1_000);
  const offer = await promotion(target.sql, {}, { products: [item.product] });
  await placeOrder(target.sql, await newCustomer(target.sql), linesOf([item, 1]));
  await race(target, people.length + 1, async (sql, index) => {
    if (index === 10) return sql`update public.promotions set usage_limit = 100 where id = ${offer}`;
    return placeOrder(sql, people[index % people.length] as string, linesOf([item, 1]));
  });
  const [row] =
    await target.sql`select used_count, (select count(*) from public.promotion_redemptions where promotion_id = ${offer}) as uses
    from public.promotions where id = ${offer}`;
  expect(row?.used_count).toBe(row?.uses);
}
