import { describe, expect, inject, test } from "vitest";
import { cancelOrder, endHold, enroll, orderOne, payOrder } from "../support/buying.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { type Attempt, gatherCrowd, newCustomers, outcome, tally } from "../support/crowd.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { endOffer, joinWaitlist, leaveWaitlist } from "../support/waiting.ts";

const database = useDatabase();

const freedSeatsGoOnSale = `
  create or replace function private.pass_on_units(variant_id uuid, slot integer, location_id uuid, quantity integer)
  returns integer language sql volatile set search_path = '' as $$ select 0 $$`;
const lastInFirstOut = replaceInFunction(
  "private.pass_on_units",
  "order by next.position",
  "order by next.position desc",
);
// The pause stands for a slow moment between the look and the entry, which the lock makes harmless.
const joinWithoutLock = replaceInFunction(
  "private.join_waitlist",
  /perform private\.lock_waitlist\(v_intake\.id\);\s+perform private\.check_waitable\(v_intake\.id, v_learner_id\);/,
  "perform private.check_waitable(v_intake.id, v_learner_id); perform pg_sleep(0.03);",
);
const enrolledMayWait = replaceInFunction("private.check_waitable", "if v_found.enrolled then", "if false then");
const listsInNoOrder = allOf(
  replaceInFunction("private.expire_due_orders", "perform private.lock_waitlists(v_due);", ""),
  replaceInFunction("private.pass_on_units", "v_until :=", "perform pg_sleep(0.03); v_until :="),
);

describe("five hundred learners, twenty seats, ten who change their mind", () => {
  test("480 wait; every seat is taken or offered, in the order of joining, to nobody twice", () =>
    rush(database, 500, 20, 10));

  test("that test notices freed seats that go on sale", () => withSabotage(freedSeatsGoOnSale, smallRush));

  test("that test notices a queue that is served from its end", () => withSabotage(lastInFirstOut, smallRush));
});

const smallRush = (shop: TestDatabase) => rush(shop, 80, 8, 6);

// Each learner tries for a seat and joins the queue when there is none; the first winners give theirs back once a third has an answer.
async function rush(shop: TestDatabase, learners: number, seats: number, regrets: number): Promise<void> {
  const intake = await publishedIntake(shop.sql, { seats });
  const sql = shop.connect({ max: 40 });
  const ids = await newCustomers(shop.sql, learners);
  const line: Line = { joined: 0, jumped: 0 };
  const endings: string[] = [];
  let regretting = 0;
  const third = Promise.withResolvers<void>();
  const serve = async (id: string): Promise<string> => {
    const ending = await seatOrPlace(sql, id, intake, line);
    if (typeof ending === "string") return ending;
    if (regretting++ >= regrets) return "has a seat";
    await third.promise;
    await cancelOrder(sql, id, ending.order.id);
    return "gave it back";
  };
  const lane = async () => {
    for (let id = ids.pop(); id; id = ids.pop()) {
      endings.push(await serve(id));
      if (endings.length >= learners / 3) third.resolve();
    }
  };
  await Promise.all(Array.from({ length: 40 }, lane));
  const [count] = await shop.sql`select
    (select count(*) from public.enrollments where intake_id = ${intake.intakeId} and status = 'active') as enrolled,
    (select count(distinct learner_id) from public.enrollments where intake_id = ${intake.intakeId} and status = 'active') as learners,
    (select available from public.stock_levels where variant_id = ${intake.variantId}) as available`;
  const entries = await entriesOf(shop.sql, intake);
  const offered = entries.filter(({ status }) => status === "offered").map(({ position }) => position);
  const waiting = entries.filter(({ status }) => status === "waiting").map(({ position }) => position);
  expect(line.jumped, "seats that went to somebody who came after others were told to wait").toBe(0);
  expect({ ...count, offered: offered.length, waiting: waiting.length, people: entries.length }).toEqual({
    enrolled: seats - offered.length,
    learners: seats - offered.length,
    available: 0,
    offered: offered.length,
    waiting: learners - regrets - seats,
    people: learners - seats,
  });
  expect(endings.filter((ending) => ending === "waits")).toHaveLength(learners - seats);
  expect(offered).toHaveLength(regrets);
  expect(new Set(entries.map(({ learner_id }) => learner_id)).size).toBe(entries.length);
  expect(Math.max(0, ...offered)).toBeLessThan(Math.min(...waiting));
  await expectInvariants(shop.sql);
}

type Line = { joined: number; jumped: number };

async function seatOrPlace(sql: Pool, id: string, { intakeId }: BuiltIntake, line: Line) {
  for (;;) {
    const before = line.joined;
    const seat = await outcome(() => enroll(sql, id, intakeId));
    if (seat.code === null) {
      if (before > 0) line.jumped++;
      return seat.value;
    }
    expect(seat.code).toBe("out_of_stock");
    const place = await outcome(() => joinWaitlist(sql, id, intakeId));
    if (place.code === null) {
      line.joined++;
      return "waits";
    }
    // a seat came back between the two calls: try for it
    expect(place.code).toBe("seats_available");
  }
}

const entriesOf = (sql: Pool, { intakeId }: BuiltIntake) =>
  sql`select position, learner_id, status from public.waitlist_entries where intake_id = ${intakeId} order by position`;

describe("one who joins while the only seat comes back", () => {
  test("either waits and is offered it, or is told that it is free", () => joinAgainstCancel(database, 40), 30_000);

  test("that test notices a join that looks before it holds the list", () =>
    withSabotage(joinWithoutLock, (shop) => joinAgainstCancel(shop, 10)));
});

async function joinAgainstCancel(shop: TestDatabase, rounds: number): Promise<void> {
  const [leaver, joiner] = (await gatherCrowd(shop, 2)).people;
  if (!leaver || !joiner) throw new Error("The crowd has two people.");
  for (let round = 1; round <= rounds; round++) {
    const intake = await publishedIntake(shop.sql, { seats: 1 });
    const { order } = await enroll(leaver.sql, leaver.id, intake.intakeId);
    const [joined] = await Promise.all([
      outcome(() => joinWaitlist(joiner.sql, joiner.id, intake.intakeId)),
      cancelOrder(leaver.sql, leaver.id, order.id),
    ]);
    const [level] = await shop.sql`select available from public.stock_levels where variant_id = ${intake.variantId}`;
    const [entry] = await entriesOf(shop.sql, intake);
    expect({ code: joined.code, available: level?.available, entry: entry?.status }).toEqual(
      joined.code === null
        ? { code: null, available: 0, entry: "offered" }
        : { code: "seats_available", available: 1, entry: undefined },
    );
  }
  await expectInvariants(shop.sql);
}

describe("one learner in two tabs", () => {
  test("never waits for a seat they have", () => enrolAndJoin(database, 30), 30_000);

  test("that test notices a list that takes who is enrolled", () =>
    withSabotage(enrolledMayWait, (shop) => enrolAndJoin(shop, 30)));

  test("who takes and declines an offer at once does one of them, and the seat is theirs or the next's", async () => {
    const crowd = await gatherCrowd(database, 3);
    const [next, one, two] = crowd.people;
    if (!next || !one || !two) throw new Error("The crowd has three people.");
    for (let round = 1; round <= raceRounds(20); round++) {
      const intake = await publishedIntake(database.sql, { seats: 0 });
      await joinWaitlist(one.sql, one.id, intake.intakeId);
      await joinWaitlist(next.sql, next.id, intake.intakeId);
      await database.sql`update public.intakes set seats = 1 where id = ${intake.intakeId}`;
      const [taken, declined] = await Promise.all([
        outcome(() => enroll(one.sql, one.id, intake.intakeId)),
        outcome(() => leaveWaitlist(two.sql, one.id, intake.intakeId)),
      ]);
      const entries = (await entriesOf(database.sql, intake)).map(({ status }) => status);
      expect([taken.code, declined.code, ...entries]).toEqual(
        taken.code === null ? [null, "not_waiting", "accepted", "waiting"] : ["out_of_stock", null, "left", "offered"],
      );
    }
  });
});

// The learner enrols and joins at once, while another seat is taken beside: they end with a seat or a place, never both.
async function enrolAndJoin(shop: TestDatabase, rounds: number): Promise<void> {
  const crowd = await gatherCrowd(shop, 2);
  const [tab, otherTab] = crowd.people;
  if (!tab || !otherTab) throw new Error("The crowd has two people.");
  for (let round = 1; round <= rounds; round++) {
    const intake = await publishedIntake(shop.sql, { seats: 1 });
    const [taken, joined] = await Promise.all([
      outcome(() => enroll(tab.sql, tab.id, intake.intakeId)),
      outcome(() => joinWaitlist(otherTab.sql, tab.id, intake.intakeId)),
    ]);
    expect(taken.code).toBeNull();
    expect(["already_enrolled", "seats_available"]).toContain(joined.code);
    const again = await outcome(() => joinWaitlist(otherTab.sql, tab.id, intake.intakeId));
    expect(again.code).toBe("already_enrolled");
  }
  await expectInvariants(shop.sql);
}

test("twenty tabs that join at once get one place; twenty that take the offer get one seat", async () => {
  const crowd = await gatherCrowd(database, 20);
  const learner = crowd.people[0]?.id ?? "";
  const intake = await publishedIntake(database.sql, { seats: 0 });
  const joins = await crowd.rush(20, (sql) => joinWaitlist(sql, learner, intake.intakeId));
  expect(tally(joins)).toEqual({ accepted: 1, already_waiting: 19 });
  await database.sql`update public.intakes set seats = 1 where id = ${intake.intakeId}`;
  const seats = tally(await crowd.rush(20, (sql) => enroll(sql, learner, intake.intakeId)));
  expect(seats.accepted).toBe(1);
  expect((seats.out_of_stock ?? 0) + (seats.already_enrolled ?? 0)).toBe(19);
});

describe("orders over two intakes that end at once", () => {
  test("never wait for each other in a circle", () => expireAgainstCancel(database, 20));

  test("that test notices waiting lists that are locked in no order", () =>
    withSabotage(listsInNoOrder, (shop) => expireAgainstCancel(shop, 10)));
});

// The schedule ends an order of the second intake and then one of the first, while a buyer of both cancels.
async function expireAgainstCancel(shop: TestDatabase, rounds: number): Promise<void> {
  const crowd = await gatherCrowd(shop, 2);
  const [buyer, schedule] = crowd.people;
  if (!buyer || !schedule) throw new Error("The crowd has two people.");
  for (let round = 1; round <= rounds; round++) {
    const both = [await publishedIntake(shop.sql, { seats: 64, price: 1_00 })];
    both.push(await publishedIntake(shop.sql, { seats: 64, price: 1_00 }));
    const [first = "", second = ""] = both.map(({ variantId }) => variantId).toSorted();
    const order = await orderOne(buyer.sql, buyer.id, first, second);
    const later = await orderOne(schedule.sql, schedule.id, first);
    const sooner = await orderOne(schedule.sql, schedule.id, second);
    for (const due of [later, sooner]) await endHold(shop.sql, due.id);
    await shop.sql`update public.orders set expires_at = expires_at - interval '1 hour' where id = ${sooner.id}`;
    const ends = await Promise.all([
      outcome(() => schedule.sql`select private.expire_due_orders()`),
      outcome(() => cancelOrder(buyer.sql, buyer.id, order.id)),
    ]);
    expect(tally(ends), `round ${round}`).toEqual({ accepted: 2 });
  }
  await expectInvariants(shop.sql);
}

test("everything at once on three intakes with queues ends in no deadlock, no idle seat and no broken promise", () =>
  storm(database, 30, 25));

const refusals = new Set([
  "out_of_stock",
  "seats_available",
  "already_waiting",
  "already_enrolled",
  "order_already_open",
  "order_not_cancellable",
  "order_not_payable",
  "order_expired",
  "payment_in_progress",
  "not_waiting",
  "capacity_in_use",
]);

async function storm(shop: TestDatabase, people: number, steps: number): Promise<void> {
  const random = seededRandom();
  const crowd = await gatherCrowd(shop, people);
  const intakes: BuiltIntake[] = [];
  for (let index = 0; index < 3; index++) intakes.push(await publishedIntake(shop.sql, { seats: 9, price: 5_00 }));
  const one = () => intakes[random(0, 2)] as BuiltIntake;
  const some = () => intakes.slice(random(0, 1), random(2, 3)).map(({ variantId }) => variantId);
  const attempts = await crowd.rush(people, async (sql, id) => {
    const orders: string[] = [];
    const mine = () => orders[random(0, orders.length - 1)];
    const ended: Attempt<unknown>[] = [];
    for (let step = 1; step <= steps; step++) {
      const attempt = await outcome(() => act(sql, id, random(1, 12), { orders, mine, one, some, random }));
      ended.push(attempt);
    }
    return ended;
  });
  expect(tally(attempts)).toEqual({ accepted: people });
  const codes = tally(attempts.flatMap(({ value }) => value ?? []));
  const faults = Object.keys(codes).filter((code) => code !== "accepted" && !refusals.has(code));
  expect(faults, `of ${JSON.stringify(codes)} with seed ${inject("seed")}`).toEqual([]);
  await expectInvariants(shop.sql);
}

type Choices = {
  orders: string[];
  mine: () => string | undefined;
  one: () => BuiltIntake;
  some: () => string[];
  random: (least: number, most: number) => number;
};

async function act(sql: Pool, id: string, what: number, { orders, mine, one, some, random }: Choices): Promise<void> {
  const order = mine();
  const { intakeId } = one();
  if (what <= 4) orders.push((await orderOne(sql, id, ...some())).id);
  else if (what <= 6) await joinWaitlist(sql, id, intakeId);
  else if (what === 7) await leaveWaitlist(sql, id, intakeId);
  else if (what === 8 && order) await cancelOrder(sql, id, order);
  else if (what === 9 && order) await endHold(sql, order);
  else if (what === 10 && order) await payOrder(sql, id, order);
  else if (what === 11) {
    await endOffer(sql, intakeId, id);
    await sql`select private.expire_due_orders()`;
    await sql`select private.expire_due_offers()`;
  } else if (what === 12) await sql`update public.intakes set seats = ${random(6, 12)} where id = ${intakeId}`;
}
