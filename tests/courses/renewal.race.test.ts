import { describe, expect, test } from "vitest";
import { confirmPayment, type OpenedPayment, openPayment } from "../support/buying.ts";
import { gatherCrowd, outcome, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { endOf, renew, renewable } from "./renewing.ts";

const database = useDatabase();
const DAY = 86_400_000;

// The pause stands for a slow moment between the look at the old end and the write, which the lock makes harmless.
const addToWhatWasRead = allOf(
  replaceInFunction(
    "private.apply_renewals",
    /( in \('active', 'suspended', 'completed'\)) for update;/,
    " in ('active', 'suspended', 'completed');",
  ),
  replaceInFunction(
    "private.apply_renewals",
    "update public.enrollments",
    "perform pg_sleep(0.1); update public.enrollments",
  ),
);

describe("eight renewals that are paid at once", () => {
  test("add eight times", () => paidAtOnce(database, 8), 30_000);

  test(
    "that test notices time that is added to what was read before",
    () => withSabotage(addToWhatWasRead, (shop) => paidAtOnce(shop, 4)),
    60_000,
  );
});

async function paidAtOnce(shop: TestDatabase, times: number): Promise<void> {
  const crowd = await gatherCrowd(shop, times);
  const { learner, seat } = await renewable(shop.sql);
  const before = await endOf(shop.sql, seat);
  const payments: OpenedPayment[] = [];
  for (let index = 0; index < times; index++)
    payments.push(await openPayment(shop.sql, learner, (await renew(shop.sql, learner, seat)).id));
  const paid = await crowd.rush(times, (sql, _id, index) =>
    outcome(() => confirmPayment(sql, payments[index] as OpenedPayment)),
  );
  expect(tally(paid)).toEqual({ accepted: times });
  expect(await endOf(shop.sql, seat)).toBe(before + times * 30 * DAY);
  await expectInvariants(shop.sql);
}
