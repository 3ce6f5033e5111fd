import { expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { asStaff, newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();
const noLock = replaceInFunction("private.request_report", /perform pg_advisory_xact_lock\([^;]*\);/, "");

test("twenty who open one page at once have one report counted", () => openTogether(database), 30_000);

test(
  "that test notices when nobody waits for the one who asks first",
  () => withSabotage(noLock, openTogether),
  60_000,
);

async function openTogether(shop: TestDatabase): Promise<void> {
  await shop.sql`truncate public.reports cascade`;
  const staff = await newCustomer(shop.sql);
  const { values, errors } = await race(shop, 20, async (sql) => {
    await asStaff(sql, "finance", staff);
    const [row] = await sql`select public.request_report('dashboard', '{}', 300) ->> 'id' as id`;
    return row?.id as string;
  });
  expect(errors).toEqual([]);
  expect(new Set(values).size).toBe(1);
  const [events] =
    await shop.sql`select count(*)::integer as queued from public.events where name = 'report.queued' and subject_id = ${values[0] ?? null}`;
  expect(events?.queued).toBe(1);
}
