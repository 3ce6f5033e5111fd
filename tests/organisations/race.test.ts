import { describe, expect, test } from "vitest";
import { call } from "../learning/teaching.ts";
import { refund } from "../payments/giving-back.ts";
import { cancelOrder, enroll } from "../support/buying.ts";
import { type Attempt, gatherCrowd, outcome, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { joinWaitlist } from "../support/waiting.ts";
import { claim, codeFor, companyWithSeats, reclaim, standingOf } from "./seats.ts";

const database = useDatabase();

// Claims of one intake also queue behind its waiting list, and look again at the seat: the guards of one another.
const pickWithoutLock = allOf(
  replaceInFunction("private.pick_seat", "limit 1 for update skip locked", "limit 1"),
  replaceInFunction("private.claim_seat", "perform private.stop_waiting(v_invite.intake_id, v_learner_id);", ""),
  replaceInFunction("private.claim_seat", "if v_seat.status not in ('free', 'invited') then", "if false then"),
);
const reclaimWithoutLook = replaceInFunction(
  "private.vacate_seat",
  /perform from public\.enrollments where enrollments\.id = seat\.enrollment_id for update;\s+if private\.has_begun\(seat\.enrollment_id\) then/,
  "if private.has_begun(seat.enrollment_id) or pg_sleep(0.02) is null then",
);
const joinUnseen = replaceInFunction(
  "private.claim_seat",
  "perform private.stop_waiting(v_invite.intake_id, v_learner_id);",
  "",
);
const refundWithoutLock = allOf(
  replaceInFunction(
    "private.end_organisation_seats",
    /perform from public\.organisation_seats\s+where [^;]*order by organisation_seats\.id for update;/,
    "",
  ),
  replaceInFunction("private.fill_seat", "begin\n", "begin\n  perform pg_sleep(0.1);\n"),
);

describe("fifty people claim seven seats by one code", () => {
  test("seven sit, the others are told that none is left", () => manyClaims(database, 50, 7), 30_000);

  test(
    "that test notices a pick that locks nothing",
    () => withSabotage(pickWithoutLock, (shop) => manyClaims(shop, 20, 5)),
    60_000,
  );
});

async function manyClaims(shop: TestDatabase, people: number, seats: number): Promise<void> {
  const company = await companyWithSeats(shop.sql, seats, { seats: seats + 3 });
  const { code } = await codeFor(shop.sql, company);
  const crowd = await gatherCrowd(shop, people);
  const claims = await crowd.rush(people, (sql, id) => claim(sql, id, code));
  expect(tally(claims)).toEqual({ accepted: seats, no_seats_left: people - seats });
  expect(await standingOf(shop.sql, company)).toEqual({ assigned: seats });
  const [taken] = await shop.sql`select count(*)::int as people from public.enrollments
    where intake_id = ${company.course.intakeId} and status = 'active'`;
  expect(taken?.people).toBe(seats);
  await expectInvariants(shop.sql);
}

describe("a manager takes a seat back while its learner begins", () => {
  test("one of them comes first, and the other is told so", () => reclaimAgainstBegin(database, 15), 30_000);

  test(
    "that test notices a manager who does not wait for the learner's step",
    () => withSabotage(reclaimWithoutLook, (shop) => reclaimAgainstBegin(shop, 8)),
    60_000,
  );
});

async function reclaimAgainstBegin(shop: TestDatabase, rounds: number): Promise<void> {
  const [learner, office] = (await gatherCrowd(shop, 2)).people;
  if (!learner || !office) throw new Error("The crowd has two people.");
  for (let round = 1; round <= rounds; round++) {
    const company = await companyWithSeats(shop.sql, 1, { price: 0 });
    const seat = await claim(learner.sql, learner.id, (await codeFor(shop.sql, company)).code);
    const [begun, taken] = await Promise.all([
      outcome(() => call(learner.sql, learner.id, "complete_lesson", { lesson_id: company.course.lessons[0] })),
      outcome(() => reclaim(office.sql, company, seat.id)),
    ]);
    expect([begun.code, taken.code]).toEqual(begun.code === null ? [null, "seat_begun"] : ["lesson_locked", null]);
  }
  await expectInvariants(shop.sql);
}

describe("a learner who claims and joins the waiting list at once", () => {
  test("does not wait for the seat they have", () => claimAgainstJoin(database, 15), 30_000);

  test(
    "that test notices a claim that does not look at the list",
    () => withSabotage(joinUnseen, (shop) => claimAgainstJoin(shop, 15)),
    60_000,
  );
});

async function claimAgainstJoin(shop: TestDatabase, rounds: number): Promise<void> {
  const [tab, other] = (await gatherCrowd(shop, 2)).people;
  if (!tab || !other) throw new Error("The crowd has two people.");
  for (let round = 1; round <= rounds; round++) {
    const company = await companyWithSeats(shop.sql, 1, { price: 0, seats: 1 });
    const { code } = await codeFor(shop.sql, company);
    const [claimed, joined] = await Promise.all([
      outcome(() => claim(tab.sql, tab.id, code)),
      outcome(() => joinWaitlist(other.sql, tab.id, company.course.intakeId)),
    ]);
    expect(claimed.code).toBeNull();
    expect([null, "already_enrolled"]).toContain(joined.code);
  }
  await expectInvariants(shop.sql);
}

describe("a claim and a refund of one of two seats at once", () => {
  test("take one each", () => claimAgainstRefund(database, 15), 30_000);

  test(
    "that test notices a refund that does not lock the seats",
    () => withSabotage(refundWithoutLock, (shop) => claimAgainstRefund(shop, 10)),
    60_000,
  );
});

async function claimAgainstRefund(shop: TestDatabase, rounds: number): Promise<void> {
  const [learner, desk] = (await gatherCrowd(shop, 2)).people;
  if (!learner || !desk) throw new Error("The crowd has two people.");
  for (let round = 1; round <= rounds; round++) {
    const company = await companyWithSeats(shop.sql, 2);
    // without a list nothing but the seats themselves keeps the two apart
    await shop.sql`update public.intakes set has_waitlist = false where id = ${company.course.intakeId}`;
    const { code } = await codeFor(shop.sql, company);
    const lines = [{ order_item_id: company.order.items[0]?.id ?? "", quantity: 1 }];
    const ends = await Promise.all([
      outcome(() => claim(learner.sql, learner.id, code)),
      outcome(() => refund(desk.sql, company.order.id, { lines })),
    ]);
    expect(tally(ends)).toEqual({ accepted: 2 });
    expect(await standingOf(shop.sql, company)).toEqual({ assigned: 1, ended: 1 });
  }
  await expectInvariants(shop.sql);
}

test(
  "claims, take-backs, refunds and a cancelling buyer at once end in no deadlock and no broken promise",
  () => storm(database, 12),
  60_000,
);

const refusals = new Set([
  "no_seats_left",
  "already_enrolled",
  "seat_not_assigned",
  "invalid_lines",
  "seats_begun",
  "order_not_refundable",
  "out_of_stock",
  "order_not_cancellable",
  "nothing_to_refund",
]);

// Learners claim in two companies' seats of one intake, both managers take back what they see, both orders are refunded bit by bit.
async function storm(shop: TestDatabase, rounds: number): Promise<void> {
  const crowd = await gatherCrowd(shop, 12);
  for (let round = 1; round <= rounds; round++) {
    const first = await companyWithSeats(shop.sql, 4, { price: 100_00, seats: 8 });
    // without a list nothing but the seats themselves keeps a refund and a claim apart
    if (round % 2 === 0)
      await shop.sql`update public.intakes set has_waitlist = false where id = ${first.course.intakeId}`;
    const { code } = await codeFor(shop.sql, first);
    const endings = await crowd.rush(12, async (sql, id, index): Promise<Attempt<unknown>[]> => {
      const steps: Attempt<unknown>[] = [];
      for (let step = 0; step < 3; step++) {
        if (index < 7) steps.push(await outcome(() => claim(sql, id, code)));
        else if (index < 9) {
          const seats =
            await sql`select id from public.organisation_seats where organisation_id = ${first.id} and status = 'assigned' limit 2`;
          for (const seat of seats) steps.push(await outcome(() => reclaim(sql, first, seat.id)));
        } else if (index < 11) {
          const lines = [{ order_item_id: first.order.items[0]?.id ?? "", quantity: 1 }];
          steps.push(await outcome(() => refund(sql, first.order.id, { lines })));
        } else {
          const bought = await outcome(() => enroll(sql, id, first.course.intakeId));
          if (bought.value) steps.push(await outcome(() => cancelOrder(sql, id, bought.value.order.id)));
        }
      }
      return steps;
    });
    expect(tally(endings)).toEqual({ accepted: 12 });
    const codes = Object.keys(tally(endings.flatMap(({ value }) => value ?? [])));
    expect(codes.filter((found) => found !== "accepted" && !refusals.has(found))).toEqual([]);
    await expectInvariants(shop.sql);
  }
}
