import { describe, expect, test } from "vitest";
import { category, sell, slugsFor } from "../catalog/searching.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { buyUnits, sellBeyondStock, stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { counts, csv, importText, problems } from "./importing.ts";

const database = useDatabase();

const attribute = async (sql: Sql, of: string, key: string, more: Record<string, unknown>) =>
  sql`insert into public.category_attributes ${sql({ category_id: of, key, title: key, ...more })}`;

describe("products", () => {
  test("are made, changed and left, found at once, and audited under the name of who brought the file", () =>
    database.rolledBack(async (sql) => {
      const old = await sell(sql, { title: "Lampu tua", sku: "LAMP-1" });
      const same = await sell(sql, { title: "Tetap", sku: "SAME-1" });
      const person = await newCustomer(sql);
      const text = csv(
        ["slug", "kind", "status", "title", "sku", "variant_title"],
        [old.slug, "physical", "published", "Lampu baru", "LAMP-1", "Only one"],
        [same.slug, "", "", "Tetap", "SAME-1", ""],
        ["fresh-lamp", "physical", "published", "Lampu segar", "LAMP-2", ""],
      );
      const dry = await importText(sql, "products", text, { dryRun: true });
      const result = { products: counts(1, 1, 1), variants: counts(1, 0, 2) };
      expect(dry).toMatchObject({ status: "done", progress: 100, row_count: 3, result });
      expect(await sql`select from public.products where slug = 'fresh-lamp'`).toEqual([]);
      expect(await importText(sql, "products", text, { role: "catalog_manager", person })).toMatchObject({
        status: "done",
        result,
      });
      expect((await slugsFor(sql, { q: "lampu" })).sort()).toEqual([old.slug, "fresh-lamp"].sort());
      expect(await slugsFor(sql, { q: "tua" })).toEqual([]);
      expect(await slugsFor(sql, { q: "LAMP-2" })).toEqual(["fresh-lamp"]);
      const written = await sql`select table_name, action from public.audit_log where actor_id = ${person} order by id`;
      expect(written.map((row) => `${row.action} ${row.table_name}`).sort()).toEqual([
        "insert products",
        "insert variants",
        "update products",
      ]);
      expect(await sql`select * from private.audit_chain_breaks()`).toEqual([]);
      expect(await sql`select from private.import_rows union all select from private.import_products`).toEqual([]);
    }));

  test("move to a category together with the attributes that it asks of them and of their variants", () =>
    database.rolledBack(async (sql) => {
      const [shoes, hats] = [await category(sql, "shoes"), await category(sql, "hats")];
      await attribute(sql, shoes, "sole", { type: "text", required: true });
      await attribute(sql, hats, "brim", { type: "integer", required: true, level: "variant" });
      const { slug, id } = await sell(sql, { category: shoes, attributes: { sole: "thick" }, sku: "HAT" });
      const wrong = csv(
        ["slug", "category", "attribute:sole", "sku", "variant_attribute:brim"],
        [slug, "hats", "thick", "HAT", "wide"],
      );
      expect(problems(await importText(sql, "products", wrong))).toEqual([
        "2 attribute:sole invalid_attributes",
        "2 variant_attribute:brim invalid_attributes",
      ]);
      const right = csv(
        ["slug", "category", "attribute:sole", "sku", "variant_attribute:brim"],
        [slug, "hats", "", "HAT", 7],
      );
      expect(await importText(sql, "products", right)).toMatchObject({ status: "done" });
      expect(await slugsFor(sql, { filters: { attributes: { brim: 7 } } })).toEqual([slug]);
      // a variant that the file does not name is held against the schema too
      const back = csv(["slug", "category", "attribute:sole"], [slug, "shoes", "thin"]);
      expect(problems(await importText(sql, "products", back))).toEqual([
        "2 variant_attribute:brim invalid_attributes",
      ]);
      expect(await sql`select category_id from public.products where id = ${id}`).toEqual([{ category_id: hats }]);
    }));

  test("get the options that their variants name, in the order of the columns", () =>
    database.rolledBack(async (sql) => {
      const header = ["slug", "kind", "title", "sku", "option1", "value1", "option2", "value2"];
      const row = (sku: string, size: string, colour: string) => [
        "shirt",
        "physical",
        "Shirt",
        sku,
        "Size",
        size,
        "Colour",
        colour,
      ];
      expect(
        problems(await importText(sql, "products", csv(header, row("S-R", "S", "red"), row("M-R", "M", "red")))),
      ).toEqual([]);
      const [options] = await sql`select array_agg(title order by position) as titles from public.product_options`;
      expect(options?.titles).toEqual(["Size", "Colour"]);
      const twice = await importText(sql, "products", csv(header, row("X-R", "S", "red")));
      expect(problems(twice)).toEqual(["2 value1 double_row"]);
      const fewer = await importText(
        sql,
        "products",
        csv(header.slice(0, 6), ["shirt", "physical", "Shirt", "L-R", "Size", "L"]),
      );
      expect(problems(fewer)).toEqual(["2 option1 invalid_options"]);
      const more = await importText(sql, "products", csv(header, row("S-B", "S", "blue"), row("S-R", "L", "red")));
      expect(more.result).toEqual({ products: counts(0, 0, 1), variants: counts(1, 1, 0) });
      const chosen =
        await sql`select sku, private.options_of(option_value_ids) as options from public.variants where sku in ('S-B', 'S-R') order by sku`;
      expect(chosen.map(({ options: { Size, Colour } }) => `${Size} ${Colour}`)).toEqual(["S blue", "L red"]);
    }));

  test("weigh what their file says, in grams; without the column the weight stays, and an empty cell takes it away", () =>
    database.rolledBack(async (sql) => {
      const { slug } = await sell(sql, { kind: "physical", sku: "BOX-1" });
      const weigh = async (weight?: string) => {
        const [header, row] = [
          ["slug", "sku"],
          [slug, "BOX-1"],
        ];
        const cells =
          weight === undefined
            ? [header, row]
            : [
                [...header, "weight_grams"],
                [...row, weight],
              ];
        const { status, error_count } = await importText(sql, "products", csv(...cells), { dryRun: false });
        const [variant] = await sql`select weight_grams from public.variants where sku = 'BOX-1'`;
        return [status, error_count, variant?.weight_grams];
      };
      expect(await weigh("620")).toEqual(["done", 0, 620]);
      expect(await weigh()).toEqual(["done", 0, 620]);
      for (const odd of ["0.5", "-1", "1 kg", "100000001", "99999999999999999999"])
        expect(await weigh(odd), odd).toEqual(["refused", 1, 620]);
      expect(await weigh("")).toEqual(["done", 0, null]);
    }));

  test("are taxed as their file says; without a cell they stay as they are, and new ones are standard", () =>
    database.rolledBack(async (sql) => {
      const { slug } = await sell(sql);
      const taxed = async (...cells: string[]) => {
        const header = ["slug", "kind", "title", ...(cells.length ? ["tax_category"] : [])];
        const done = await importText(
          sql,
          "products",
          csv(header, [slug, "", "Old", ...cells], ["taxed-new", "physical", "New", ...cells]),
        );
        const rows = await sql`
          select tax_category from public.products where slug = any (${[slug, "taxed-new"]}) order by slug = 'taxed-new'`;
        return [problems(done), rows.map(({ tax_category }) => tax_category)];
      };
      const unknown = ["2 tax_category tax_category_not_found", "3 tax_category tax_category_not_found"];
      expect(await taxed("luxury")).toEqual([unknown, ["standard"]]);
      expect(await taxed("")).toEqual([[], ["standard", "standard"]]);
      expect(await taxed("exempt")).toEqual([[], ["exempt", "exempt"]]);
      expect(await taxed("")).toEqual([[], ["exempt", "exempt"]]);
      expect(await taxed()).toEqual([[], ["exempt", "exempt"]]);
    }));

  test("that are wrong are told by row, column and code, and nothing of their file is written", () =>
    database.rolledBack(async (sql) => {
      await sell(sql, { sku: "TAKEN-1" });
      const course = await publishedIntake(sql);
      const bundle = await sell(sql, { kind: "bundle" });
      const header = ["slug", "kind", "status", "title", "category", "tags", "publish_at", "sku", "position"];
      const rows = [
        ["good-one", "physical", "draft", "Good", "", "", "", "GOOD-1", 1],
        ["Bad Slug", "physical", "", "Bad", "", "", "", "B-1", ""],
        ["no-title", "physical", "", "", "", "", "", "", ""],
        ["no-kind", "", "", "No kind", "", "", "", "", ""],
        ["odd-kind", "boat", "sunk", "Odd", "nowhere", "", "31/01/2026", "", ""],
        ["good-two", "physical", "", "Takes another's", "", "Bad Tag", "2026-02-30", "TAKEN-1", "x"],
        ["good-one", "physical", "", "Good indeed", "", "", "", "GOOD-1", 1],
        [course.slug, "course", "", "Course", "", "", "", "", ""],
        [bundle.slug, "physical", "", "Was a bundle", "", "", "", "bad sku", ""],
        ["", "physical", "", "Nobody", "", "", "", "", ""],
      ];
      const refused = await importText(sql, "products", `${csv(header, ...rows)}\nonly,two`);
      expect(refused).toMatchObject({ status: "refused", result: null, error_count: problems(refused).length });
      // what is no row at all is told first and alone
      expect(problems(refused)).toEqual(["12 - wrong_cell_count"]);
      expect(problems(await importText(sql, "products", csv(header, ...rows)))).toEqual([
        "3 slug invalid_value",
        "4 title invalid_value",
        "5 kind required",
        "6 category category_not_found",
        "6 kind invalid_value",
        "6 publish_at invalid_value",
        "6 status invalid_value",
        "7 position invalid_value",
        "7 publish_at invalid_value",
        "7 sku sku_taken",
        "7 tags invalid_value",
        "8 sku double_row",
        "8 title conflicting_rows",
        "9 kind kind_not_importable",
        "10 kind kind_is_fixed",
        "10 sku invalid_value",
        "11 slug required",
      ]);
      expect(await sql`select from public.products where slug = 'good-one'`).toEqual([]);
    }));

  test("keep at most a thousand errors, and the count of all", () =>
    database.rolledBack(async (sql) => {
      const rows = Array.from({ length: 2500 }, (_, at) => [`slug-${at}`, "boat", "Title"]);
      const refused = await importText(sql, "products", csv(["slug", "kind", "title"], ...rows));
      expect(refused).toMatchObject({ status: "refused", error_count: 2500 });
      expect(refused.errors).toHaveLength(1000);
      expect(refused.errors[999]).toMatchObject({ row_number: 1001, column_name: "kind" });
    }));
});

describe("prices", () => {
  test("are added and changed, of lists from a quantity on and in a window, and never taken away", () =>
    database.rolledBack(async (sql) => {
      const { variant } = await sell(sql, { sku: "P-1", prices: { IDR: 100 } });
      const [list] = await sql`insert into public.price_lists (name, status) values ('Sale', 'active') returning id`;
      const text = csv(
        ["sku", "currency", "price_list", "min_quantity", "amount", "starts_at", "ends_at"],
        ["P-1", "IDR", "", "", 150, "", ""],
        ["P-1", "USD", "", 1, 9, "", ""],
        ["P-1", "IDR", "Sale", 5, 80, "2026-01-01", "2099-01-01T07:00:00+07:00"],
        ["P-1", "IDR", list?.id, 10, 70, "2026-01-01", "2099-01-01"],
      );
      expect((await importText(sql, "prices", text, { role: "catalog_manager" })).result).toEqual({
        prices: counts(3, 1, 0),
      });
      expect((await importText(sql, "prices", text)).result).toEqual({ prices: counts(0, 0, 4) });
      const rows = await sql`select currency, amount from public.prices where variant_id = ${variant} order by 1`;
      expect(rows.map((row) => `${row.currency} ${row.amount}`)).toEqual(["IDR 150", "USD 9"]);
      const [window] =
        await sql`select extract(year from starts_at)::integer as from, extract(year from ends_at)::integer as until from public.price_lists where id = ${list?.id}`;
      expect(window).toEqual({ from: 2026, until: 2099 });
      expect(await slugsFor(sql, { filters: { price: { min: 150, max: 150 } } })).toHaveLength(1);
    }));

  test("that are wrong are told by row, column and code", () =>
    database.rolledBack(async (sql) => {
      await sell(sql, { sku: "P-1" });
      await sql`insert into public.price_lists (name) values ('Twice'), ('Twice'), ('Once')`;
      const refused = await importText(
        sql,
        "prices",
        csv(
          ["sku", "currency", "price_list", "min_quantity", "amount", "ends_at"],
          ["nothing", "IDR", "", "", 1, ""],
          ["P-1", "XXX", "", "", "1.000", ""],
          ["P-1", "IDR", "Nowhere", "", -1, ""],
          ["P-1", "IDR", "Twice", "0", "1000000000001", ""],
          ["P-1", "IDR", "", 2, 5, "2026-01-01"],
          ["P-1", "USD", "", "", 5, ""],
          ["P-1", "USD", "", 1, 6, ""],
          ["P-1", "USD", "Once", "", 6, "2027-01-01"],
          ["P-1", "IDR", "Once", "", 6, "2028-01-01"],
        ),
      );
      expect(problems(refused)).toEqual([
        "2 sku variant_not_found",
        "3 amount invalid_value",
        "3 currency currency_not_found",
        "4 amount invalid_value",
        "4 price_list price_list_not_found",
        "5 amount invalid_value",
        "5 min_quantity invalid_value",
        "5 price_list price_list_ambiguous",
        "6 min_quantity invalid_value",
        "6 starts_at invalid_value",
        "8 sku double_row",
        "10 starts_at conflicting_rows",
      ]);
      expect(
        await sql`select from public.prices join public.variants on variants.id = variant_id where sku = 'P-1'`,
      ).toEqual([]);
    }));
});

describe("stock", () => {
  test("is set as after a count, and what comes goes to the oldest backorder first", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 1);
      await sellBeyondStock(sql, variant, 10);
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 3 }]);
      const [{ sku }] = (await sql`select sku from public.variants where id = ${variant}`) as unknown as [
        { sku: string },
      ];
      const text = csv(["sku", "location", "on_hand"], [sku, "main", 5]);
      expect((await importText(sql, "stock", text, { role: "warehouse", dryRun: true })).result).toEqual({
        levels: counts(0, 1, 0),
      });
      expect((await importText(sql, "stock", text, { role: "warehouse" })).status).toBe("done");
      expect(
        await sql`select on_hand::integer, backordered::integer from public.stock_levels where variant_id = ${variant}`,
      ).toEqual([{ on_hand: 3, backordered: 0 }]);
    }));

  test("that is wrong is told by row, column and code, also what is held for orders", () =>
    database.rolledBack(async (sql) => {
      const held = await stockedVariant(sql, 3, { price: 5 });
      await buyUnits(sql, await newCustomer(sql), [{ variant: held, quantity: 2 }], 5);
      const [row] = await sql`select sku from public.variants where id = ${held}`;
      await sell(sql, { kind: "digital", sku: "FILE" });
      await sell(sql, { kind: "bundle", sku: "SET" });
      const course = await publishedIntake(sql, { seats: 3 });
      const [seat] = await sql`select sku from public.variants where id = ${course.variantId}`;
      const refused = await importText(
        sql,
        "stock",
        csv(
          ["sku", "location", "on_hand"],
          [row?.sku, "", 1],
          ["nothing", "", 1],
          [seat?.sku, "", 1],
          ["SET", "", 1],
          ["FILE", "", 1],
          [row?.sku, "beyond-stock", 1],
          [row?.sku, "main", "many"],
        ),
      );
      expect(problems(refused)).toEqual([
        "2 on_hand out_of_stock",
        "3 sku variant_not_found",
        "4 sku seats_follow_the_intake",
        "5 sku bundle_has_no_stock",
        "6 sku not_counted",
        "7 location location_not_found",
        "8 on_hand invalid_value",
        "8 sku double_row",
      ]);
    }));
});

test("nothing that an import writes is checked at the commit, where a refusal could not be told any more", async () => {
  expect(
    await database.sql`
      select tgrelid::regclass::text as of, tgname from pg_trigger where tginitdeferred and tgrelid = any ('{
        public.products, public.variants, public.product_options, public.product_option_values, public.bundle_items, public.prices, public.price_lists,
        public.price_list_prices, public.stock_slots, public.stock_movements, public.backorders, public.reservations}'::regclass[])`,
  ).toEqual([]);
});
