import { describe, expect, test } from "vitest";
import { category, sell } from "../catalog/searching.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { bundleOf } from "../support/goods.ts";
import { exportText, importText, problems } from "./importing.ts";

const database = useDatabase();

const attribute = async (sql: Sql, of: string, key: string, more: Record<string, unknown>) =>
  sql`insert into public.category_attributes ${sql({ category_id: of, key, title: key, ...more })}`;

/** Shoes with sizes and colours, a book, a bundle and a car with attributes, translations, tags and cells that look like formulas. */
async function shop(sql: Sql): Promise<void> {
  const cars = await category(sql, "cars");
  await attribute(sql, cars, "year", { type: "integer", min: 1900, required: true });
  await attribute(sql, cars, "offset", { type: "decimal" });
  await attribute(sql, cars, "fuel", { type: "choice", choices: ["petrol", "electric"] });
  await attribute(sql, cars, "leather", { type: "boolean", level: "variant" });
  const car = await sell(sql, {
    title: '=HYPERLINK("http://evil")',
    summary: "'=quoted already",
    description: 'Lines\nand "quotes", commas; and 日本語 🚗\r\n',
    category: cars,
    sku: "CAR-1",
    tags: ["new", "family"],
    attributes: { year: 2020, offset: -1.5, fuel: "electric" },
    translations: { en: { title: "@car", description: "-1" }, id: { summary: "Mobil" } },
    prices: { IDR: 5_000_000, USD: 400 },
    units: 3,
  });
  await sql`update public.variants set attributes = '{"leather": true}', translations = '{"en": {"title": "+1"}}', weight_grams = 1400000 where id = ${car.variant}`;
  await sql`update public.products set publish_at = '2026-01-02T03:04:05.678901Z', unpublish_at = '2099-01-01' where id = ${car.id}`;
  await sql`update public.products set tax_category = 'reduced', image_url = 'https://example.com/car.webp' where id = ${car.id}`;
  const shoes = await sell(sql, { title: "  Shoes  ", sku: "SHOE", status: "draft" });
  await sql`select public.generate_variants(${shoes.id}, '[{"title": "Size", "values": ["42", "43"]}, {"title": "Colour", "values": ["red", "blue"]}]', 'SHOE')`;
  const book = await sell(sql, { kind: "digital", title: "Book", sku: "BOOK", prices: { IDR: 100 } });
  await sql`update public.products set tax_category = 'exempt' where id = ${book.id}`;
  await sql`insert into public.products (kind, slug, title) values ('physical', 'bare', 'Without variants')`;
  await bundleOf(sql, [{ variant: car.variant, quantity: 2 }], 9);
  await publishedIntake(sql, { price: 700, seats: 3 });
  const [list] =
    await sql`insert into public.price_lists (name, status, ends_at) values ('-Sale', 'active', '2099-01-01T00:00:00.5Z') returning id`;
  const [same] = await sql`insert into public.price_lists (name) values ('Twice'), ('Twice') returning id`;
  for (const [id, quantity] of [
    [list?.id, 1],
    [list?.id, 10],
    [same?.id, 1],
  ])
    await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount) values (${id}, ${car.variant}, 'IDR', ${quantity}, 4000)`;
  await sql`select public.create_location('attic', 'Attic')`;
  await sql`select public.adjust_stock(jsonb_build_array(jsonb_build_object('variant_id', ${car.variant}::uuid, 'delta', 4, 'location_id',
    (select id from public.locations where code = 'attic'))), 'receipt')`;
}

/** Everything that products but courses, and their variants, have in their tables, but ids, times of writing and what belongs to the stock file or to no file. */
async function facts(sql: Sql): Promise<unknown> {
  return await sql`
    select to_jsonb(products) - '{id,created_at,updated_at,category_id}'::text[] as product, categories.slug as category,
      to_jsonb(variants) - '{id,product_id,created_at,updated_at,option_value_ids,stock_mode,backorder_limit,preorder_ships_at,low_stock_threshold}'::text[] as variant,
      private.options_of(variants.option_value_ids) as options, private.parts_of(variants.id) as parts
    from public.products left join public.categories on categories.id = products.category_id left join public.variants on variants.product_id = products.id
    where products.kind <> 'course' order by products.slug, variants.sku`;
}

describe("what is exported", () => {
  for (const kind of ["products", "prices", "stock"] as const) {
    test(`as ${kind} and imported unchanged changes nothing, to the byte`, () =>
      database.rolledBack(async (sql) => {
        await shop(sql);
        const before = await exportText(sql, kind);
        const [audited] = await sql`select count(*)::integer as rows from public.audit_log`;
        const done = await importText(sql, kind, `\uFEFF${before}`);
        expect(problems(done)).toEqual([]);
        expect(done.status).toBe("done");
        for (const { created, changed } of Object.values(done.result ?? {})) expect([created, changed]).toEqual([0, 0]);
        expect(await exportText(sql, kind)).toBe(before);
        const [after] =
          await sql`select count(*)::integer as rows from public.audit_log where table_name <> 'role_members'`;
        expect(after?.rows).toBeLessThanOrEqual(audited?.rows);
      }));
  }

  test("of one shop and imported into another makes the same shop, whatever separates the cells", () =>
    database.rolledBack(async (sql) => {
      await shop(sql);
      const [products, prices, stock] = [
        await exportText(sql, "products"),
        await exportText(sql, "prices"),
        await exportText(sql, "stock"),
      ];
      const had = await facts(sql);
      await sql`delete from public.bundle_items`;
      await sql`update public.products set status = 'draft'`;
      await sql`delete from public.stock_slots where variant_id not in (select variant_id from public.intakes)`; // what has units stays
      await sql`delete from public.products where kind <> 'course'`;
      expect(await exportText(sql, "stock")).not.toBe(stock);
      expect(problems(await importText(sql, "products", products))).toEqual([]);
      expect(await exportText(sql, "products")).toBe(products);
      // columns that the tables will have one day are compared too
      expect(await facts(sql)).toEqual(had);
      const other = prices
        .split("\r\n")
        .map((line) => line.replaceAll(",", ";"))
        .join("\n");
      expect(await importText(sql, "prices", other)).toMatchObject({ status: "done", row_count: 8 });
      expect(await exportText(sql, "prices")).toBe(prices);
      expect(await importText(sql, "stock", stock)).toMatchObject({ status: "done" });
      expect(await exportText(sql, "stock")).toBe(stock);
      const [moved] =
        await sql`select sum(quantity)::integer as units, min(reason) as reason, min(note) as note, count(distinct reference_id)::integer as files
        from public.stock_movements join public.variants on variants.id = variant_id where sku = 'CAR-1'`;
      expect(moved).toEqual({ units: 7, reason: "import", note: "stock.csv", files: 1 });
    }));

  test("never begins a cell so that a spreadsheet would run it", () =>
    database.rolledBack(async (sql) => {
      await shop(sql);
      for (const kind of ["products", "prices", "stock"] as const)
        expect(await exportText(sql, kind)).not.toMatch(/(^|[,\n]"?)[=+\-@\t]/);
    }));
});
