import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner, asStaff } from "../support/people.ts";
import { newCategory, newFile, newPicture, publishedProduct } from "../support/products.ts";

const database = useDatabase();

type Card = { slug: string; title: string; price: { amount: number; base_amount: number } | null };
type Listed = { data: Card[]; next_cursor: string | null };
const slugs = ({ data }: Listed) => data.map(({ slug }) => slug);
const list = async (sql: Sql, params: Record<string, unknown> = {}): Promise<Listed> => {
  const {
    kind = null,
    category = null,
    tag = null,
    locale = null,
    currency = null,
    cursor = null,
    max_rows = 20,
  } = params as Record<string, string>;
  return (
    await sql`select public.list_products(${kind}, ${category}, ${tag}, ${locale}, ${currency}, ${cursor}, ${max_rows}) as page`
  )[0]?.page;
};
const shelf = async (sql: Sql, slug: string, cursor: string | null = null, rows = 20): Promise<Listed> =>
  (await sql`select public.collection_products(${slug}, 'en', null, ${cursor}, ${rows}) as page`)[0]?.page;
const newCollection = async (sql: Sql, slug: string, match = "all"): Promise<string> =>
  (
    await sql`insert into public.collections (slug, title, status, match) values (${slug}, 'Shelf', 'published', ${match}) returning id`
  )[0]?.id;
const rule = (sql: Sql, collection_id: string, values: Record<string, unknown>) =>
  sql`insert into public.collection_rules ${sql({ collection_id, ...values })}`;
// Rows of one transaction share a moment; the lists are told apart by it.
const age = async (sql: Sql, products: { productId: string }[]) => {
  for (const [index, { productId }] of products.entries())
    await sql`update public.products set created_at = now() - ${index} * interval '1 minute' where id = ${productId}`;
};

describe("the list of products", () => {
  test("shows what is on sale, newest first, in pages that neither repeat nor skip", () =>
    database.rolledBack(async (sql) => {
      const made = [];
      for (let index = 0; index < 7; index++) made.push(await publishedProduct(sql, { tags: ["paged"] }));
      await age(sql, made.slice(0, 4)); // the rest share one moment
      for (const hidden of [
        { status: "draft" },
        { publishAt: new Date(Date.now() + 60_000) },
        { unpublishAt: new Date(Date.now() - 1_000) },
      ] as const)
        await publishedProduct(sql, { tags: ["paged"], ...hidden });
      await asAnon(sql);
      const all = slugs(await list(sql, { tag: "paged" }));
      expect(all.toSorted()).toEqual(made.map(({ slug }) => slug).toSorted());
      const paged: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Listed = await list(sql, { tag: "paged", max_rows: 2, cursor });
        paged.push(...slugs(page));
        cursor = page.next_cursor;
      }
      expect(paged).toEqual(all);
      for (const cursor of [
        "",
        "0",
        "0.1.x",
        "0.1.00000000-0000-0000-0000-00000000000g",
        "99999999999.1.00000000-0000-0000-0000-000000000000",
      ])
        await expectRefusal(() => list(sql, { cursor }), { code: "invalid_cursor", status: 422 });
    }));

  test("is narrowed by kind, tag and category with what is below it", () =>
    database.rolledBack(async (sql) => {
      const top = await newCategory(sql, null, "top");
      const below = await newCategory(sql, top, "below");
      const book = await publishedProduct(sql, { kind: "digital", category: below, tags: ["new"] });
      const chair = await publishedProduct(sql, { category: top });
      await asAnon(sql);
      expect(slugs(await list(sql, { category: "top" })).toSorted()).toEqual([book.slug, chair.slug].toSorted());
      expect(slugs(await list(sql, { category: "below" }))).toEqual([book.slug]);
      expect(slugs(await list(sql, { category: "top", kind: "physical" }))).toEqual([chair.slug]);
      expect(slugs(await list(sql, { category: "top", tag: "new" }))).toEqual([book.slug]);
      expect(slugs(await list(sql, { tag: "'; drop table products; --" }))).toEqual([]);
      await expectRefusal(() => list(sql, { category: "nowhere" }), { code: "category_not_found", status: 404 });
      await expectRefusal(() => list(sql, { currency: "XXX" }), { code: "currency_not_supported", status: 422 });
    }));

  test("speaks the language asked for, falls back to the base text, and says what a product costs from", () =>
    database.rolledBack(async (sql) => {
      const { slug, productId, variantIds } = await publishedProduct(sql, {
        options: true,
        tags: ["x"],
        price: 300,
        translations: { en: { title: "Shirt" } },
      });
      await sql`update public.prices set amount = 200 where variant_id = ${variantIds[1] as string}`;
      const picture = await newPicture(sql, productId);
      await newPicture(sql, productId, false);
      await sql`update public.media set alt = 'Kaus', translations = '{"en": {"alt": "A shirt"}}' where id = ${picture}`;
      await asAnon(sql);
      expect((await list(sql, { tag: "x", locale: "en-GB" })).data).toMatchObject([
        {
          title: "Shirt",
          price: { amount: 200, base_amount: 200, variant_id: variantIds[1] },
          image: { id: picture, alt: "A shirt" },
        },
      ]);
      expect((await list(sql, { tag: "x", locale: "fr" })).data).toMatchObject([
        { title: `Goods ${slug}`, image: { alt: "Kaus" } },
      ]);
      expect((await list(sql, { tag: "x", currency: "USD" })).data).toMatchObject([{ price: null }]);
    }));
});

describe("a product's document", () => {
  test("has everything its page shows, for visitors while it is on sale and for staff always", () =>
    database.rolledBack(async (sql) => {
      const { slug, productId, categoryId } = await publishedProduct(sql, {
        kind: "digital",
        category: true,
        attributes: { colour: "red" },
        options: true,
      });
      await newFile(sql, productId);
      await newPicture(sql, productId);
      await sql`update public.category_attributes set translations = '{"id": {"title": "Warna"}}' where category_id = ${categoryId}`;
      const document = async () =>
        (await sql`select public.product_document(${slug}, locale => 'id') as document`)[0]?.document;
      await asAnon(sql);
      expect(await document()).toMatchObject({
        id: productId,
        facts: [{ key: "colour", title: "Warna", value: "red" }],
        categories: [{ id: categoryId }],
        options: [{ title: "Size", values: [{ title: "S" }, { title: "M" }] }],
        variants: [
          { title: "S", units_available: null, prices: [{ currency: "IDR", amount: 100_000_00, reason: null }] },
          { title: "M" },
        ],
        images: [{ mime_type: "image/png", width: 1 }],
        files: [{ file_name: "book.pdf", byte_size: 1000 }],
      });
      await asOwner(sql);
      await sql`update public.products set status = 'draft' where id = ${productId}`;
      await asAnon(sql);
      await expectRefusal(document, { code: "product_not_found", status: 404 });
      await asStaff(sql, "support");
      expect(await document()).toMatchObject({ status: "draft" });
    }));
});

describe("a collection", () => {
  test("fills itself by each kind of rule, by all of them or by any", () =>
    database.rolledBack(async (sql) => {
      const top = await newCategory(sql);
      const cars = await newCategory(sql, top);
      for (const key of ["year", "fuel"])
        await sql`insert into public.category_attributes (category_id, key, title, type) values (${top}, ${key}, ${key}, ${key === "year" ? "integer" : "text"})`;
      const old = await publishedProduct(sql, {
        category: cars,
        attributes: { year: 1990, fuel: "petrol" },
        price: 10_00,
        tags: ["classic"],
      });
      const young = await publishedProduct(sql, {
        category: cars,
        attributes: { year: 2020, fuel: "electric" },
        price: 90_00,
      });
      const map = await publishedProduct(sql, { kind: "digital", category: top, price: 1_00 });
      await age(sql, [old, young, map]);
      const found = async (match: string, ...rules: Record<string, unknown>[]) => {
        const slug = `shelf-${crypto.randomUUID()}`;
        const id = await newCollection(sql, slug, match);
        for (const values of rules) await rule(sql, id, values);
        return slugs(await shelf(sql, slug));
      };
      const category = { type: "category", category_id: top };
      const kind = { type: "kind", kind: "digital" };
      const tag = { type: "tag", tag: "classic" };
      const fuel = { type: "attribute", key: "fuel", equals: sql.json("electric") };
      const year = { type: "attribute", key: "year", min: 1980, max: 2000 };
      const price = { type: "price", currency: "IDR", min: 5_00 };
      expect(await found("all", category)).toEqual([old.slug, young.slug, map.slug]);
      expect(await found("all", kind)).toEqual([map.slug]);
      expect(await found("all", tag)).toEqual([old.slug]);
      expect(await found("all", fuel)).toEqual([young.slug]);
      expect(await found("all", year)).toEqual([old.slug]);
      expect(await found("all", { ...year, max: null, min: 2000 })).toEqual([young.slug]);
      expect(await found("all", category, price)).toEqual([old.slug, young.slug]);
      expect(await found("all", category, price, fuel)).toEqual([young.slug]);
      expect(await found("any", kind, tag)).toEqual([old.slug, map.slug]);
      expect(await found("all", { ...price, currency: "USD" })).toEqual([]);
      expect(await found("all")).toEqual([]);
    }));

  test("shows what was picked by hand first, in its order, and pages on through both", () =>
    database.rolledBack(async (sql) => {
      const id = await newCollection(sql, "mixed");
      await rule(sql, id, { type: "tag", tag: "mixed" });
      const ruled = [];
      for (let index = 0; index < 3; index++) ruled.push(await publishedProduct(sql, { tags: ["mixed"] }));
      const picked = [await publishedProduct(sql), await publishedProduct(sql, { tags: ["mixed"] })];
      const draft = await publishedProduct(sql, { status: "draft" });
      await age(sql, ruled);
      for (const [position, { productId }] of [...picked, draft].entries())
        await sql`insert into public.collection_members (collection_id, product_id, position) values (${id}, ${productId}, ${position})`;
      await asAnon(sql);
      const expected = [...picked, ...ruled].map(({ slug }) => slug);
      expect(slugs(await shelf(sql, "mixed"))).toEqual(expected);
      const first = await shelf(sql, "mixed", null, 1);
      const second = await shelf(sql, "mixed", first.next_cursor, 2);
      const third = await shelf(sql, "mixed", second.next_cursor, 2);
      expect([first, second, third].flatMap(slugs)).toEqual(expected);
      expect(third.next_cursor).toBeNull();
    }));

  test("is public while it is published; its rules and picks are for staff", () =>
    database.rolledBack(async (sql) => {
      const id = await newCollection(sql, "hidden");
      await rule(sql, id, { type: "kind", kind: "digital" });
      await asAnon(sql);
      expect(await shelf(sql, "hidden")).toMatchObject({ collection: { id, title: "Shelf" }, data: [] });
      await expectRefusal(() => sql`select * from public.collection_rules`, { code: "42501", status: 401 });
      await expectRefusal(() => sql`select * from public.collection_members`, { code: "42501", status: 401 });
      await asOwner(sql);
      await sql`update public.collections set unpublish_at = now() where id = ${id}`;
      await asAnon(sql);
      expect(await sql`select * from public.collections where slug = 'hidden'`).toEqual([]);
      await expectRefusal(() => shelf(sql, "hidden"), { code: "collection_not_found", status: 404 });
      await asStaff(sql, "catalog_manager");
      expect(await shelf(sql, "hidden")).toMatchObject({ collection: { id } });
    }));

  test("has rules that say something", () =>
    database.rolledBack(async (sql) => {
      const id = await newCollection(sql, "strict");
      const wrong = [
        { type: "category" },
        { type: "tag" },
        { type: "tag", tag: "x", kind: "digital" },
        { type: "kind", kind: "elephant" },
        { type: "attribute", key: "x" },
        { type: "attribute", key: "x", equals: sql.json(1), min: 1 },
        { type: "attribute", key: "x", equals: sql.json({}) },
        { type: "price", currency: "IDR" },
        { type: "price", min: 1 },
        { type: "price", currency: "IDR", min: 2, max: 1 },
        { type: "moon" },
      ];
      for (const values of wrong) await expectRefusal(() => rule(sql, id, values), { code: "23514", status: 400 });
      const category = await newCategory(sql);
      await rule(sql, id, { type: "category", category_id: category });
      await expectRefusal(() => sql`delete from public.categories where id = ${category}`, {
        code: "category_in_use",
        status: 409,
      });
    }));
});
