import { describe, expect, test } from "vitest";
import { call } from "../learning/teaching.ts";
import { available } from "../organisations/seats.ts";
import { cancelOrder, enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { gatherCrowd, outcome, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import { type Granted, grant, support } from "./granting.ts";

const database = useDatabase();

const freedSeatsGoOnSale = `
  create or replace function private.pass_on_units(variant_id uuid, slot integer, location_id uuid, quantity integer)
  returns integer language sql volatile set search_path = '' as $$ select 0 $$`;
const withdrawBlindly = replaceInFunction(
  "private.withdraw_seat",
  " and enrollments.status in ('active', 'suspended', 'completed')",
  "",
);

test("twenty people who are granted the last three seats are three who have one, beside those who buy", async () => {
  const crowd = await gatherCrowd(database, 20);
  const staff = await support(database.sql);
  const intake = await publishedIntake(database.sql, { seats: 3 });
  const attempts = await crowd.rush(
    20,
    (sql, id, index): Promise<unknown> =>
      index % 2 === 0 ? grant(sql, staff, intake.intakeId, id) : enroll(sql, id, intake.intakeId),
  );
  expect(tally(attempts)).toEqual({ accepted: 3, out_of_stock: 17 });
  expect(await available(database.sql, intake)).toBe(0);
  await expectInvariants(database.sql);
});

test("one learner who is granted a seat by ten members of staff at once has one", async () => {
  const crowd = await gatherCrowd(database, 10);
  const staff = await support(database.sql);
  const learner = await newCustomer(database.sql);
  const intake = await publishedIntake(database.sql, { seats: 12 });
  expect(tally(await crowd.rush(10, (sql) => grant(sql, staff, intake.intakeId, learner)))).toEqual({
    accepted: 1,
    already_enrolled: 9,
  });
  expect(await available(database.sql, intake)).toBe(11);
});

describe("a seat that is withdrawn by eight members of staff at once", () => {
  test("ends once, and its unit comes back once", () => withdrawnAtOnce(database, 4), 30_000);

  test(
    "that test notices a seat that ends as often as it is asked for",
    () => withSabotage(withdrawBlindly, (shop) => withdrawnAtOnce(shop, 2)),
    60_000,
  );
});

async function withdrawnAtOnce(shop: TestDatabase, rounds: number): Promise<void> {
  const crowd = await gatherCrowd(shop, 8);
  const staff = await support(shop.sql);
  for (let round = 1; round <= rounds; round++) {
    const intake = await publishedIntake(shop.sql, { seats: 2 });
    const seat: Granted = await grant(shop.sql, staff, intake.intakeId, await newCustomer(shop.sql));
    const ends = await crowd.rush(8, (sql) =>
      call(sql, staff, "withdraw_seat", { enrollment_id: seat.id, reason: "By mistake" }),
    );
    expect(tally(ends)).toEqual({ accepted: 1, seat_ended: 7 });
    expect(await available(shop.sql, intake)).toBe(2);
    await expectInvariants(shop.sql);
  }
}

describe("a seat that frees while staff grant one to somebody else", () => {
  test("goes to who waits for it", () => grantAgainstQueue(database, 12), 30_000);

  test(
    "that test notices a grant that jumps the queue",
    () => withSabotage(freedSeatsGoOnSale, (shop) => grantAgainstQueue(shop, 12)),
    60_000,
  );
});

async function grantAgainstQueue(shop: TestDatabase, rounds: number): Promise<void> {
  const [owner, desk] = (await gatherCrowd(shop, 2)).people;
  if (!owner || !desk) throw new Error("The crowd has two people.");
  const staff = await support(shop.sql);
  for (let round = 1; round <= rounds; round++) {
    const intake = await publishedIntake(shop.sql, { seats: 1 });
    const { order } = await enroll(owner.sql, owner.id, intake.intakeId);
    const [waiting, stranger] = [await newCustomer(shop.sql), await newCustomer(shop.sql)];
    await joinWaitlist(shop.sql, waiting, intake.intakeId);
    const [granted] = await Promise.all([
      outcome(() => grant(desk.sql, staff, intake.intakeId, stranger)),
      cancelOrder(owner.sql, owner.id, order.id),
    ]);
    expect(granted.code).toBe("out_of_stock");
    expect(await standing(shop.sql, intake.intakeId, [waiting])).toEqual(["offered"]);
  }
  await expectInvariants(shop.sql);
}
