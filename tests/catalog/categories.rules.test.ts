import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asStaff } from "../support/people.ts";
import { newCategory, publishedProduct } from "../support/products.ts";

const database = useDatabase();

/** A chain of categories, the first at the top. */
const chain = async (sql: Sql, length: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let level = 0; level < length; level++) ids.push(await newCategory(sql, ids.at(-1) ?? null));
  return ids;
};
const depths = async (sql: Sql, ids: string[]) =>
  (await sql`select depth from public.categories where id = any(${ids}) order by depth`).map((row) => row.depth);

describe("a category", () => {
  test("is moved with everything below it, and its depth follows", () =>
    database.rolledBack(async (sql) => {
      const [top, middle, bottom] = (await chain(sql, 3)) as [string, string, string];
      const [other] = await chain(sql, 1);
      await asStaff(sql, "catalog_manager");
      const [row] = await sql`select public.move_category(${middle}, ${other as string}, 3) as moved`;
      expect(row?.moved).toMatchObject({ id: middle, parent_id: other, depth: 2, position: 3 });
      expect(await depths(sql, [top, middle, bottom])).toEqual([1, 2, 3]);
      const below = await sql`select * from private.category_subtree(${other as string}) as id`;
      expect(below.map(({ id }) => id)).toEqual([other, middle, bottom]);
      await sql`select public.move_category(${middle})`;
      expect(await depths(sql, [middle, bottom])).toEqual([1, 2]);
    }));

  test("is never below itself, by the verb, by a plain update or by a constraint alone", () =>
    database.rolledBack(async (sql) => {
      const [top, middle, bottom] = (await chain(sql, 3)) as [string, string, string];
      const refused = { code: "category_below_itself", status: 409 };
      for (const parent of [top, middle, bottom]) {
        await expectRefusal(() => sql`select private.move_category(${top}, ${parent}, null, null)`, refused);
        await expectRefusal(() => sql`update public.categories set parent_id = ${parent} where id = ${top}`, refused);
      }
      await sql`alter table public.categories disable trigger _200_find_place`;
      await expectRefusal(
        () => sql`update public.categories set parent_id = ${bottom}, parent_depth = 3 where id = ${top}`,
        { code: "23514", status: 400 },
      );
      expect(await depths(sql, [top, middle, bottom])).toEqual([1, 2, 3]);
    }));

  test("is at most eight deep, moved subtrees included", () =>
    database.rolledBack(async (sql) => {
      const deep = await chain(sql, 8);
      const refused = { code: "category_too_deep", status: 409 };
      await expectRefusal(() => newCategory(sql, deep[7]), refused);
      const [top] = (await chain(sql, 2)) as [string];
      await expectRefusal(
        () => sql`update public.categories set parent_id = ${deep[6] as string} where id = ${top}`,
        refused,
      );
      await sql`update public.categories set parent_id = ${deep[5] as string} where id = ${top}`;
    }));

  test("has a slug of its own, and stays while something is in it", () =>
    database.rolledBack(async (sql) => {
      const [top, below] = (await chain(sql, 2)) as [string, string];
      await newCategory(sql, null, "taken");
      await expectRefusal(() => newCategory(sql, top, "taken"), { code: "23505", status: 409 });
      const { productId } = await publishedProduct(sql, { category: below, status: "draft" });
      const refused = { code: "category_in_use", status: 409 };
      await expectRefusal(() => sql`delete from public.categories where id = ${top}`, refused);
      await expectRefusal(() => sql`delete from public.categories where id = ${below}`, refused);
      await sql`update public.products set category_id = null where id = ${productId}`;
      await sql`delete from public.categories where id = ${below}`;
      await expectRefusal(() => newCategory(sql, below), { code: "category_not_found", status: 404 });
    }));

  test("counts what is on sale in it and below it, in the language asked for", () =>
    database.rolledBack(async (sql) => {
      const top = await newCategory(sql, null, "vehicles");
      await newCategory(sql, top, "bicycles");
      const cars = await newCategory(sql, top, "cars");
      await sql`update public.categories set position = -1, translations = '{"en": {"title": "Cars"}}' where id = ${cars}`;
      await publishedProduct(sql, { category: top });
      for (const status of ["published", "published", "draft", "archived"] as const)
        await publishedProduct(sql, { category: cars, status });
      await publishedProduct(sql, { category: cars, unpublishAt: new Date(Date.now() - 1_000) });
      await asAnon(sql);
      const tree =
        await sql`select path, title, depth, own_products, products from public.category_tree('en-US') where path[1] = 'vehicles'`;
      expect(tree).toEqual([
        { path: ["vehicles"], title: "Category vehicles", depth: 1, own_products: 1, products: 3 },
        { path: ["vehicles", "cars"], title: "Cars", depth: 2, own_products: 2, products: 2 },
        { path: ["vehicles", "bicycles"], title: "Category bicycles", depth: 2, own_products: 0, products: 0 },
      ]);
      expect(await sql`select title from public.category_tree('id') where slug = 'cars'`).toEqual([
        { title: "Category cars" },
      ]);
    }));
});
