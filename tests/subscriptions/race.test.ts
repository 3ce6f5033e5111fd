import { describe, expect, test } from "vitest";
import { together } from "../payments/together.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { begun, newPlan } from "./subscribing.ts";

const database = useDatabase();

describe("to subscribe", () => {
  const once = async (target: TestDatabase) => {
    const plan = await newPlan(target.sql);
    const person = await newCustomer(target.sql);
    await together(
      target,
      Array.from({ length: 8 }, () => (sql) => begun(sql, { plan, personId: person })),
    );
    const [made] = await target.sql`select count(*) from public.subscriptions where person_id = ${person}`;
    expect(made?.count).toBe(1);
  };
  test("by many clicks at once makes one subscription", () => once(database));
  test("by many clicks makes several without the index and the queue", () =>
    withSabotage(async (sql) => {
      await sql`drop index public.subscriptions_one_live_per_person`;
      const patch = replaceInFunction(
        "private.open_subscription",
        "perform pg_advisory_xact_lock(hashtextextended('seatline.subscriptions ' || open_subscription.person_id, 0));",
        "",
      );
      await (patch as (sql: Sql) => Promise<void>)(sql);
    }, once));
});
