import { describe, expect, inject, test } from "vitest";
import { cancelOrder, enroll, orderOne } from "../support/buying.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { type Crowd, gatherCrowd, outcome, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds, randomRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** Intakes that are sold out in turn. */
const rounds = randomRounds(8);

const database = useDatabase();

const seatsWithoutConstraint = `
  alter table public.stock_slots drop constraint stock_slots_never_sell_what_is_not_there;
  create or replace function private.draw_units(variant_id uuid, quantity integer, reserve boolean)
  returns setof private.drawn_slot language plpgsql volatile set search_path = '' as $$
  declare v_slot public.stock_slots;
  begin
    select * into v_slot from public.stock_slots where stock_slots.variant_id = draw_units.variant_id and available > 0 limit 1;
    if not found then return; end if;
    perform pg_sleep(0.01);
    update public.stock_slots set available = available - 1, reserved = reserved + case when draw_units.reserve then 1 else 0 end
    where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = v_slot.slot;
    return next (v_slot.slot, v_slot.location_id, 1)::private.drawn_slot;
  end $$`;

const twoSeatsAreFine = allOf(
  "drop index public.enrollments_one_live_per_learner",
  replaceInFunction("private.open_enrollments", /on conflict \(intake_id, learner_id\)[^;]*do nothing/, ""),
);

// Believes what it read when it priced the line.
const lookOnce = replaceInFunction(
  "private.hold_line",
  /perform from public\.variants[^;]*for key share;\s*v_counted := not found;/,
  "",
);

describe("learners who want the same seats", () => {
  test(
    "fill an intake to its last seat and not beyond",
    () => fillIntakes(database, rounds, 100),
    30_000 + rounds * 4_000,
  );

  test("that test notices seats that are read first and taken later", () =>
    withSabotage(seatsWithoutConstraint, (shop) => fillIntakes(shop, 8, 40)));

  test("twenty of them for one seat have one winner, whether the seat is free or paid", async () => {
    const crowd = await gatherCrowd(database, 20);
    for (const price of [0, 250_000_00]) {
      const intake = await publishedIntake(database.sql, { seats: 1, price });
      const attempts = await crowd.rush(20, (sql, id) => orderOne(sql, id, intake.variantId));
      expect(tally(attempts)).toEqual({ accepted: 1, out_of_stock: 19 });
    }
  });
});

// Free and paid intakes of 1 to 60 seats, fewer or more learners than seats: whoever can have a seat gets one.
async function fillIntakes(shop: TestDatabase, count: number, most: number): Promise<void> {
  const random = seededRandom();
  const crowd = await gatherCrowd(shop, most);
  for (let round = 1; round <= count; round++) {
    const seats = random(1, 60);
    const learners = random(Math.ceil(most / 2), most);
    const price = round % 2 === 0 ? 0 : 99_000_00;
    const intake = await publishedIntake(shop.sql, { seats, price });
    const attempts = await crowd.rush(learners, (sql, id) => take(sql, id, intake, price));
    const sold = Math.min(seats, learners);
    const refused = learners > sold ? { out_of_stock: learners - sold } : {};
    expect(tally(attempts), `round ${round} of seed ${inject("seed")}`).toEqual({ accepted: sold, ...refused });
    expect(await liveSeats(shop.sql, intake), `round ${round}`).toBe(sold);
  }
  await expectInvariants(shop.sql);
}

describe("one learner in fifty tabs", () => {
  test("gets one seat", () => fiftyTabs(database));

  test("that test notices a second live enrolment", () => withSabotage(twoSeatsAreFine, fiftyTabs));
});

async function fiftyTabs(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 50);
  const learner = await newCustomer(shop.sql);
  const free = await publishedIntake(shop.sql, { seats: 30 });
  expect(tally(await crowd.rush(50, (sql) => enroll(sql, learner, free.intakeId)))).toEqual({
    accepted: 1,
    already_enrolled: 49,
  });
  const paid = await publishedIntake(shop.sql, { seats: 30, price: 1_000_00 });
  expect(tally(await crowd.rush(50, (sql) => orderOne(sql, learner, paid.variantId)))).toEqual({
    accepted: 1,
    order_already_open: 49,
  });
  expect([await liveSeats(shop.sql, free), await liveSeats(shop.sql, paid)]).toEqual([1, 1]);
}

describe("seats that come and go", () => {
  test("learners who enrol and leave again in a crowd leave every seat free", async () => {
    const crowd = await gatherCrowd(database, 30);
    const intake = await publishedIntake(database.sql, { seats: 4 });
    const attempts = await crowd.rush(30, async (sql, id) => {
      const taken = await outcome(() => enroll(sql, id, intake.intakeId));
      if (taken.code === null) await cancelOrder(sql, id, taken.value.order.id);
      return taken;
    });
    const endings = attempts.map(({ value, code }) => value?.code ?? code ?? "enrolled");
    expect(endings.filter((ending) => !["enrolled", "out_of_stock"].includes(ending))).toEqual([]);
    const [level] =
      await database.sql`select available from public.stock_levels where variant_id = ${intake.variantId}`;
    expect({ available: level?.available, live: await liveSeats(database.sql, intake) }).toEqual({
      available: 4,
      live: 0,
    });
  });

  test("seats are added and taken away under learners, and never fewer than are taken", async () => {
    const crowd = await gatherCrowd(database, 60);
    const intake = await publishedIntake(database.sql, { seats: 20 });
    const rush = crowd.rush(60, (sql, id) => enroll(sql, id, intake.intakeId));
    for (const seats of [35, 10, 30, 5, 25]) {
      const change = await outcome(
        () => database.sql`update public.intakes set seats = ${seats} where id = ${intake.intakeId}`,
      );
      expect([null, "capacity_in_use"]).toContain(change.code);
    }
    const attempts = await rush;
    const { accepted = 0, out_of_stock = 0, ...others } = tally(attempts);
    expect({ all: accepted + out_of_stock, others }).toEqual({ all: 60, others: {} });
    const [row] = await database.sql`select seats from public.intakes where id = ${intake.intakeId}`;
    expect(accepted).toBeLessThanOrEqual(row?.seats);
    expect(await liveSeats(database.sql, intake)).toBe(accepted);
    await afterwards(crowd, intake, row?.seats - accepted);
  });
});

describe("an intake that begins to be counted while learners enrol", () => {
  test("counts every one of them, or stays as it is", () => beginsToCount(database));

  test("that test notices a purchase that does not look again whether its intake is counted", () =>
    withSabotage(lookOnce, beginsToCount));
});

async function beginsToCount(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 6);
  for (let round = 0; round < raceRounds(25); round++) {
    const intake = await publishedIntake(shop.sql, { seats: null, price: round % 2 === 0 ? 0 : 5_00 });
    const rush = crowd.rush(6, (sql, id) => orderOne(sql, id, intake.variantId));
    const counted = await outcome(() => shop.sql`update public.intakes set seats = 4 where id = ${intake.intakeId}`);
    expect([null, "seat_mode_fixed"]).toContain(counted.code);
    const sold = counted.code === null ? { accepted: 4, out_of_stock: 2 } : { accepted: 6 };
    expect(tally(await rush), `round ${round}`).toEqual(sold);
    await expectInvariants(shop.sql);
  }
}

// What the changes left free is sold to whoever comes next, one seat after the other.
async function afterwards(crowd: Crowd, intake: BuiltIntake, free: number): Promise<void> {
  const late = [];
  for (const { id, sql } of crowd.people) late.push(await outcome(() => enroll(sql, id, intake.intakeId)));
  expect(late.filter(({ code }) => code === null)).toHaveLength(free);
}

async function take(sql: Sql, id: string, intake: BuiltIntake, price: number): Promise<unknown> {
  return price === 0 ? enroll(sql, id, intake.intakeId) : orderOne(sql, id, intake.variantId);
}

async function liveSeats(sql: Sql, intake: BuiltIntake): Promise<number> {
  const [row] = await sql`select count(*) as live from public.enrollments
    where intake_id = ${intake.intakeId} and status in ('reserved', 'active', 'suspended', 'completed')`;
  return row?.live;
}
