import { beforeAll, describe, expect, test } from "vitest";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { allOf, type Patch, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { category, search } from "./searching.ts";

// What holds for 5 000 products is shown with 50.
const fewer = replaceInFunction("private.index_soon", "<= 5000", "<= 50") as Exclude<Patch, string>;
/** One more than a request changes in the search by itself. */
const many = 51;

const database = useDatabase();
beforeAll(() => fewer(database.sql));

// What waits already is not held by who makes it wait again.
const touchNothing = replaceInFunction(
  "private.index_soon",
  "do update set product_id = excluded.product_id",
  "do nothing",
);

describe("a category of many products", () => {
  test("is renamed at once, and its products are found by the new title when the worker has been there", () =>
    database.rolledBack(async (sql) => {
      const shelf = await fullCategory(sql, "antiques");
      await limitTime(sql);
      expect(await found(sql, "antiques")).toBe(many);
      await sql`update public.categories set title = 'Curiosities' where id = ${shelf}`;
      expect([await found(sql, "antiques"), await found(sql, "curiosities")]).toEqual([many, 0]);
      expect(await sql`select private.refresh_search(30) as products`).toEqual([{ products: 30 }]);
      expect([await found(sql, "antiques"), await found(sql, "curiosities")]).toEqual([many - 30, 30]);
      expect(await refresh(sql)).toBe(many - 30);
      expect([await found(sql, "antiques"), await found(sql, "curiosities")]).toEqual([0, many]);
      expect(await refresh(sql)).toBe(0);
    }));

  test("is found by its new title at once where nothing limits the time, and where there are fewer", () =>
    database.rolledBack(async (sql) => {
      const shelf = await fullCategory(sql, "antiques");
      await sql`update public.categories set title = 'Curiosities' where id = ${shelf}`;
      expect([await found(sql, "antiques"), await found(sql, "curiosities")]).toEqual([0, many]);
      await limitTime(sql);
      await sql`delete from public.products where id in (select id from public.products where category_id = ${shelf} limit 1)`;
      await sql`update public.categories set title = 'Antiques' where id = ${shelf}`;
      expect([await found(sql, "antiques"), await found(sql, "curiosities")]).toEqual([many - 1, 0]);
    }));

  test("leaves the search alone when it is moved, with everything below it, or shown elsewhere in the menu", () =>
    database.rolledBack(async (sql) => {
      const [from, to] = [await category(sql, "from"), await category(sql, "to")];
      const shelf = await fullCategory(sql, "moved", from);
      await limitTime(sql);
      await sql`select public.move_category(${from}, ${to}, 7)`;
      await sql`update public.categories set description = 'Other words' where id = ${shelf}`;
      expect(await refresh(sql)).toBe(0);
      expect((await search(sql, { filters: { category: to } })).total).toBe(many);
    }));

  test("that is deleted with its products leaves nothing to do", () =>
    database.rolledBack(async (sql) => {
      const shelf = await fullCategory(sql, "sold-off");
      await limitTime(sql);
      await sql`update public.categories set translations = '{"en": {"title": "Clearance"}}' where id = ${shelf}`;
      await sql`delete from public.products where category_id = ${shelf}`;
      expect(await refresh(sql)).toBe(many);
      expect(await found(sql, "clearance")).toBe(0);
    }));
});

test("another language of the base texts is in force at once, and in all products when the worker has been there", () =>
  database.rolledBack(async (sql) => {
    await fullCategory(sql, "dances");
    await limitTime(sql);
    await sql`update public.settings set value = '"en"' where key = 'catalog_locale'`;
    expect(await found(sql, "dancing")).toBe(0);
    await refresh(sql);
    expect(await found(sql, "dancing")).toBe(many);
  }));

describe("who renames a category while the worker is at its products", () => {
  test("finds them by the last title", () => renamedTwice(database));

  test("that test notices products that are forgotten because they waited already", () =>
    withSabotage(allOf(fewer, touchNothing), renamedTwice));
});

async function renamedTwice(target: TestDatabase): Promise<void> {
  const shelf = await fullCategory(target.sql, "shelf");
  const rename = async (sql: Sql, title: string) => {
    await limitTime(sql);
    await sql`update public.categories set title = ${title} where id = ${shelf}`;
  };
  await target.sql.begin((sql) => rename(sql, "Plates"));
  await target.sql.begin(async (sql) => {
    await rename(sql, "Saucers");
    await refresh(target.sql);
  });
  await refresh(target.sql);
  expect([await found(target.sql, "plates"), await found(target.sql, "saucers")]).toEqual([0, many]);
}

/** Limits the time of what follows in this transaction as the API limits a request. */
async function limitTime(sql: Sql): Promise<void> {
  await sql`set local statement_timeout = '8s'`;
}

/** Makes a category in which so many products are on sale that one request does not change them all. */
async function fullCategory(sql: Sql, slug: string, parent: string | null = null): Promise<string> {
  const id = await category(sql, slug, parent);
  await sql`insert into public.products (kind, slug, title, status, category_id)
    select 'physical', 'thing-' || gen_random_uuid(), 'Thing', 'published', ${id} from generate_series(1, ${many})`;
  return id;
}

/** How many products a word finds in the form in which it is written or in its other forms. */
async function found(sql: Sql, q: string): Promise<number> {
  const { total, alike } = await search(sql, { q });
  return alike ? 0 : total;
}

/** Does what the worker does each minute; says in how many products. */
async function refresh(sql: Sql): Promise<number> {
  let products = 0;
  for (let batch = 1; batch > 0; products += batch) {
    const [row] = await sql`select private.refresh_search() as products`;
    batch = row?.products;
  }
  return products;
}
