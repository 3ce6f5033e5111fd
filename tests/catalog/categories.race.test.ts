import { describe, expect, test } from "vitest";
import { cloneDatabase, type TestDatabase, useDatabase } from "../support/database.ts";
import { newCategory, publishedProduct } from "../support/products.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

const withoutLock = replaceInFunction(
  "private.lock_category_tree",
  "pg_advisory_xact_lock(hashtextextended('seatline.categories', 0))",
  "null::void",
);
const withoutConstraints = `
  alter table public.categories drop constraint categories_are_one_deeper_than_their_parent;
  alter table public.categories drop constraint categories_are_at_most_eight_deep`;

describe("categories that are moved below each other at once", () => {
  test("end as a tree", async () => {
    await noCircle(database);
  });

  test("end as a tree even when nobody takes the lock: the constraints see to it", async () => {
    const unlocked = await cloneDatabase();
    await unlocked.sql.unsafe(
      "create or replace function private.lock_category_tree() returns void language sql set search_path = '' as 'select null::void'",
    );
    await noCircle(unlocked);
    await unlocked.drop();
  });

  test("that test notices a tree without lock and constraints", async () => {
    await withSabotage(allOf(withoutLock, withoutConstraints), noCircle);
  });
});

describe("a schema that changes while products are written", () => {
  test("never ends with a product that does not fit", async () => {
    await allFit(database);
  });

  test("that test notices writers who do not wait for the schema", async () => {
    await withSabotage(
      replaceInFunction(
        "private.share_category_tree",
        "pg_advisory_xact_lock_shared(hashtextextended('seatline.categories', 0))",
        "null::void",
      ),
      allFit,
    );
  });
});

// Each of a ring of ten wants to hang below its neighbour.
async function noCircle(target: TestDatabase): Promise<void> {
  const ring = await Promise.all(Array.from({ length: 10 }, () => newCategory(target.sql)));
  await race(target, 10, async (sql, index) => {
    await sql`update public.categories set parent_id = ${ring[(index + 1) % 10] as string} where id = ${ring[index] as string}`;
  });
  const reached = await target.sql`select id from public.category_tree() where id = any(${ring})`;
  expect(reached).toHaveLength(10);
}

async function allFit(target: TestDatabase): Promise<void> {
  const category = await newCategory(target.sql);
  await target.sql`insert into public.category_attributes (category_id, key, title, type) values (${category}, 'size', 'Size', 'integer')`;
  await race(target, 12, async (sql, index) => {
    if (index % 2 === 1) await publishedProduct(sql, { category, attributes: { size: index } });
    else await sql`update public.category_attributes set max = ${index} where category_id = ${category}`;
  });
  const misfits = await target.sql`
    select products.slug from public.products join public.category_attributes using (category_id)
    where category_id = ${category} and (products.attributes ->> 'size')::integer > category_attributes.max`;
  expect(misfits).toEqual([]);
}
