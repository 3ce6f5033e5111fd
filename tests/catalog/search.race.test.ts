import { describe, expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { category, sell, slugsFor } from "./searching.ts";

const database = useDatabase();

describe("two who change two parts of one product at once", () => {
  test("are both found afterwards", async () => {
    await bothFound(database);
  });

  test("that test notices a look that is taken before the other's change is known", async () => {
    await withSabotage(
      replaceInFunction("private.index_products", "perform private.lock_search(index_products.product_ids);", ""),
      bothFound,
      { rounds: 1 },
    );
  });
});

/** The first has changed the title and not committed yet when the second renames the category. */
async function bothFound(target: TestDatabase): Promise<void> {
  // The audit log queues writers too, and would hide what this is about.
  await target.sql`alter table public.products disable trigger _900_audit_added`;
  await target.sql`alter table public.products disable trigger _900_audit_changed`;
  await target.sql`alter table public.categories disable trigger _900_audit`;
  const shelf = await category(target.sql, `shelf-${Date.now()}`);
  const { id, slug } = await sell(target.sql, { title: "Before", category: shelf });
  let second: Promise<unknown> = Promise.resolve();
  await target.sql.begin(async (sql) => {
    await sql`update public.products set title = 'Whiteboard' where id = ${id}`;
    const lane = target.connect({ max: 1 });
    second = lane`update public.categories set title = 'Stationery' where id = ${shelf}`.finally(() => lane.end());
    second.catch(() => {});
    await somebodyWaits(target.sql);
  });
  await second;
  expect(await slugsFor(target.sql, { q: "whiteboard stationery" })).toEqual([slug]);
}

/** Resolves when somebody waits for a lock. */
async function somebodyWaits(sql: TestDatabase["sql"]): Promise<void> {
  for (let look = 0; look < 400; look++) {
    const [row] =
      await sql`select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (row?.waiting > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("Nobody came to wait within 4 s.");
}

test("twenty who change one product at once leave it found as it is", async () => {
  const { id, slug } = await sell(database.sql, { title: "Crowd" });
  await race(
    database,
    20,
    (sql, index) => sql`update public.products set summary = ${`version${index}`} where id = ${id}`,
  );
  const [row] = await database.sql`select summary from public.products where id = ${id}`;
  expect(await slugsFor(database.sql, { q: row?.summary })).toEqual([slug]);
});
