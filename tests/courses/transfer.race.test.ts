import { describe, expect, test } from "vitest";
import { buildCourse } from "../learning/teaching.ts";
import { available } from "../organisations/seats.ts";
import { enroll } from "../support/buying.ts";
import { gatherCrowd, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { intakeOf, transfer } from "./moving.ts";

const database = useDatabase();

// A move that trusts what it read before it waited gives the same old seat back twice.
const moveUnseen = allOf(
  replaceInFunction(
    "private.transfer_now",
    "v_enrollment.status <> 'active' or v_enrollment.intake_id <> enrollment.intake_id",
    "false",
  ),
  replaceInFunction(
    "private.transfer_now",
    "move_enrollment(v_enrollment, target)",
    "move_enrollment(enrollment, target)",
  ),
);

describe("twelve learners who move to the same four seats, each in two tabs", () => {
  test("are four who moved once and others who stay where they are", () => crush(database, 3), 60_000);

  test(
    "that test notices a move that does not look again",
    () => withSabotage(moveUnseen, (shop) => crush(shop, 2, 12)),
    90_000,
  );
});

async function crush(shop: TestDatabase, rounds: number, room = 2): Promise<void> {
  const crowd = await gatherCrowd(shop, 24);
  for (let round = 1; round <= rounds; round++) {
    const course = await buildCourse(shop.sql, [{}], { seats: 12 });
    const targets = [await intakeOf(shop.sql, course, room, 0), await intakeOf(shop.sql, course, room, 0)];
    const seats: string[] = [];
    for (const { id } of crowd.people.slice(0, 12))
      seats.push((await enroll(shop.sql, id, course.intakeId)).enrollment.id);
    const moves = await crowd.rush(24, (sql, _id, index) =>
      transfer(
        sql,
        crowd.people[index % 12]?.id ?? "",
        seats[index % 12] ?? "",
        targets[index < 12 ? 0 : 1]?.intakeId ?? "",
      ),
    );
    const codes = tally(moves);
    expect(codes.accepted).toBeGreaterThanOrEqual(4);
    expect(
      Object.keys(codes).filter(
        (code) => !["accepted", "out_of_stock", "enrollment_not_transferable", "already_enrolled"].includes(code),
      ),
    ).toEqual([]);
    for (const target of targets) expect((await available(shop.sql, target)) >= 0).toBe(true);
    await expectInvariants(shop.sql);
  }
}
