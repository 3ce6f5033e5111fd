import { describe, expect, test } from "vitest";
import { orderOne } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, asOwner, asStaff, newCustomer } from "../support/people.ts";
import { newCategory, publishedProduct } from "../support/products.ts";

const database = useDatabase();
const json = JSON.stringify;

const shirt = async (sql: Sql): Promise<string> =>
  (await sql`insert into public.products (kind, slug, title) values ('physical', 't-shirt', 'T-shirt') returning id`)[0]
    ?.id;
const generate = async (
  sql: Sql,
  product: string,
  options: unknown,
  prefix: string | null = null,
  key: string | null = null,
) => {
  const [row] =
    await sql`select public.generate_variants(${product}, ${json(options)}::text::jsonb, ${prefix}, ${key}) as made`;
  return row?.made as {
    created: number;
    variants: { id: string; sku: string; title: string; option_value_ids: string[] }[];
  };
};
const size = { title: "Size", values: ["S", "M"] };
const colour = { title: "Colour", values: ["Red", "Merah / Biru"] };

describe("the variants of a product with options", () => {
  test("are made in one call, one for each combination, in the order of options and values", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      await asStaff(sql, "catalog_manager");
      const { created, variants } = await generate(sql, product, [size, colour]);
      expect(created).toBe(4);
      expect(variants.map(({ sku, title }) => `${sku}: ${title}`)).toEqual([
        "T-SHIRT-S-RED: S / Red",
        "T-SHIRT-S-MERAHBIRU: S / Merah / Biru",
        "T-SHIRT-M-RED: M / Red",
        "T-SHIRT-M-MERAHBIRU: M / Merah / Biru",
      ]);
    }));

  test("are only added when asked again, and a new option gives its first value to those there are", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      const before = await generate(sql, product, [size]);
      expect((await generate(sql, product, [size])).created).toBe(0);
      expect((await generate(sql, product, [{ title: "Size", values: ["S", "M", "L"] }], "TS")).created).toBe(1);
      const after = await generate(sql, product, [colour]);
      expect(after.created).toBe(3);
      expect(after.variants).toHaveLength(6);
      expect(after.variants.map(({ id }) => id)).toEqual(expect.arrayContaining(before.variants.map(({ id }) => id)));
      expect(new Set(after.variants.map(({ option_value_ids }) => json(option_value_ids))).size).toBe(6);
    }));

  test("are made once however often the call is repeated, and a used key is for that call alone", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      const manager = await asStaff(sql, "catalog_manager");
      const first = await generate(sql, product, [size], null, "again");
      expect(await generate(sql, product, [size], null, "again")).toEqual(first);
      const reused = { code: "idempotency_key_reused", status: 422 };
      await expectRefusal(() => generate(sql, product, [colour], null, "again"), reused);
      const image = () => sql`select public.start_upload('image', ${product}, idempotency_key => 'picture') as upload`;
      expect(await image()).toEqual(await image());
      await expectRefusal(
        () => sql`select public.start_upload('image', ${product}, idempotency_key => 'again')`,
        reused,
      );
      await asStaff(sql, "catalog_manager", await newCustomer(sql));
      expect((await generate(sql, product, [size], null, "again")).created).toBe(0);
      await asStaff(sql, "catalog_manager", manager);
    }));

  test("have SKUs that are free and short enough", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      await sql`insert into public.variants (product_id, sku, title) values (${product}, 'T-SHIRT-S', 'Taken')`;
      const long = { title: "Motto", values: ["a".repeat(150), "…"] };
      const skus = (await generate(sql, product, [{ title: "Size", values: ["S"] }, long])).variants.map(
        ({ sku }) => sku,
      );
      expect(new Set(skus).size).toBe(skus.length);
      expect((await generate(sql, product, [{ title: "Size", values: ["s"] }])).created).toBe(2);
    }));

  test("name one value of each option, and no two name the same", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      const { variants } = await generate(sql, product, [size, colour]);
      const other = await publishedProduct(sql, { options: true });
      const [red, m] = [variants[0], variants[2]];
      const values = (ids: string[] | undefined) =>
        sql`update public.variants set option_value_ids = ${ids ?? []} where id = ${m?.id as string}`;
      const invalid = { code: "invalid_options", status: 422 };
      const foreign = await sql`select option_value_ids from public.variants where product_id = ${other.productId}`;
      await expectRefusal(() => values(red?.option_value_ids.slice(0, 1)), invalid);
      await expectRefusal(() => values([...(red?.option_value_ids ?? []), ...(m?.option_value_ids ?? [])]), invalid);
      await expectRefusal(() => values(foreign[0]?.option_value_ids), invalid);
      await expectRefusal(() => values(red?.option_value_ids.toReversed()), { code: "23505", status: 409 });
      await values(m?.option_value_ids.toReversed());
      await values([]);
    }));

  test("keep the values they name; one that nobody names can go, and a draft goes whole", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      const { variants } = await generate(sql, product, [size]);
      const [s, m] = variants.map(({ option_value_ids }) => option_value_ids[0] as string);
      const refused = { code: "option_in_use", status: 409 };
      await expectRefusal(() => sql`delete from public.product_option_values where id = ${s as string}`, refused);
      await expectRefusal(() => sql`delete from public.product_options where product_id = ${product}`, refused);
      await sql`delete from public.variants where id = ${variants[1]?.id as string}`;
      await sql`delete from public.product_option_values where id = ${m as string}`;
      await sql`delete from public.products where id = ${product}`;
      expect(await sql`select from public.product_options where product_id = ${product}`).toEqual([]);
    }));

  test("are refused for what makes no sense, and to whoever may not write the catalogue", () =>
    database.rolledBack(async (sql) => {
      const product = await shirt(sql);
      const many = { title: "Many", values: Array.from({ length: 16 }, (_, index) => `v${index}`) };
      const wrong = [
        null,
        [],
        {},
        [1],
        [{ title: "Size" }],
        [{ title: " ", values: ["S"] }],
        [{ title: "Size", values: [] }],
        [{ title: "Size", values: [1] }],
        [{ ...size, price: 1 }],
        [many, { ...many, title: "More" }],
        Array(6).fill(size),
      ];
      for (const options of wrong)
        await expectRefusal(() => generate(sql, product, options), { code: "invalid_options", status: 422 });
      await expectRefusal(() => generate(sql, product, [size], "no good"), { code: "invalid_options", status: 422 });
      await expectRefusal(() => generate(sql, crypto.randomUUID(), [size]), { code: "product_not_found", status: 404 });
      await asCustomer(sql);
      await expectRefusal(() => generate(sql, product, [size]), { code: "permission_denied", status: 403 });
    }));

  test("stay while they are in orders or their product is published", () =>
    database.rolledBack(async (sql) => {
      const { variantIds, productId } = await publishedProduct(sql, { kind: "digital", price: 0 });
      const [variant] = variantIds as [string];
      const remove = () => sql`delete from public.variants where id = ${variant}`;
      const refused = { code: "variant_in_use", status: 409 };
      await expectRefusal(remove, refused);
      await orderOne(sql, await newCustomer(sql), variant);
      await asOwner(sql);
      await sql`update public.products set status = 'draft' where id = ${productId}`;
      await expectRefusal(remove, refused);
    }));
});

describe("attributes", () => {
  const define = (sql: Sql, category: string, attribute: Record<string, unknown>) =>
    sql`insert into public.category_attributes ${sql({ category_id: category, title: String(attribute.key), ...attribute })}`;
  const cars = async (sql: Sql) => {
    const vehicles = await newCategory(sql);
    const category = await newCategory(sql, vehicles);
    await define(sql, vehicles, { key: "year", type: "integer", min: 1950, max: 2030, required: true });
    await define(sql, category, { key: "fuel", type: "choice", choices: ["petrol", "electric"] });
    await define(sql, category, { key: "price_class", type: "decimal", level: "variant" });
    return { vehicles, category };
  };
  const invalid = { code: "invalid_attributes", status: 422 };

  test("fit the schema of the category and of those above it", () =>
    database.rolledBack(async (sql) => {
      const { category } = await cars(sql);
      await define(sql, category, { key: "note", type: "text" });
      await define(sql, category, { key: "electric", type: "boolean" });
      const make = (attributes: Record<string, unknown>) => publishedProduct(sql, { category, attributes });
      await make({ year: 2020, fuel: "petrol", note: "Clean", electric: false });
      for (const wrong of [
        {},
        { fuel: "petrol" },
        { year: 1949 },
        { year: 2031 },
        { year: 2020.5 },
        { year: "2020" },
        { year: null },
        { year: 2020, fuel: "coal" },
        { year: 2020, wheels: 4 },
        { year: 2020, price_class: 1 },
        { year: 2020, note: " " },
        { year: 2020, electric: "no" },
      ])
        await expectRefusal(() => make(wrong), invalid);
      await publishedProduct(sql, { category, status: "draft" });
      await expectRefusal(() => publishedProduct(sql, { attributes: { year: 2020 } }), invalid);
    }));

  test("that are required are asked for when a product is published; those of variants are the variants' own", () =>
    database.rolledBack(async (sql) => {
      const { category } = await cars(sql);
      await sql`update public.category_attributes set required = true where key = 'price_class'`;
      const { productId, variantIds } = await publishedProduct(sql, {
        category,
        status: "draft",
        attributes: { year: 2020 },
      });
      const publish = () => sql`update public.products set status = 'published' where id = ${productId}`;
      await expectRefusal(publish, invalid);
      await expectRefusal(
        () => sql`update public.variants set attributes = '{"year": 2020}' where product_id = ${productId}`,
        invalid,
      );
      await sql`update public.variants set attributes = '{"price_class": 1.5}' where id = any(${variantIds})`;
      await publish();
      await expectRefusal(
        () => sql`update public.variants set attributes = '{}' where id = any(${variantIds})`,
        invalid,
      );
    }));

  test("cannot lose their place: a schema that would break a product is refused with its name", () =>
    database.rolledBack(async (sql) => {
      const { vehicles, category } = await cars(sql);
      const { productId } = await publishedProduct(sql, { category, attributes: { year: 2020, fuel: "petrol" } });
      const refused = { code: "attribute_in_use", status: 409 };
      const breaking = [
        "update public.category_attributes set max = 2019 where key = 'year'",
        "update public.category_attributes set type = 'text', min = null, max = null where key = 'year'",
        "update public.category_attributes set choices = '{electric}' where key = 'fuel'",
        "update public.category_attributes set key = 'energy' where key = 'fuel'",
        "delete from public.category_attributes where key = 'year'",
        `insert into public.category_attributes (category_id, key, title, type, required) values ('${vehicles}', 'seats', 'Seats', 'integer', true)`,
        `update public.categories set parent_id = null where id = '${category}'`,
      ];
      for (const change of breaking) await expectRefusal(() => sql.unsafe(change), refused);
      const error = await sql`savepoint s`
        .then(() => sql.unsafe(breaking[0] as string))
        .catch((cause: Error) => cause.message);
      expect(String(error)).toContain(productId);
      await sql`rollback to savepoint s`;
      await sql`update public.category_attributes set max = 2040, position = 3 where key = 'year'`;
      await expectRefusal(() => define(sql, vehicles, { key: "fuel", type: "text" }), {
        code: "attribute_exists",
        status: 409,
      });
      await expectRefusal(() => define(sql, category, { key: "year", type: "text" }), {
        code: "attribute_exists",
        status: 409,
      });
    }));

  test("are listed with those above first, in the language asked for", () =>
    database.rolledBack(async (sql) => {
      const { category } = await cars(sql);
      await sql`update public.category_attributes set translations = '{"en": {"title": "Fuel"}, "id": {"title": "Bahan bakar"}}' where key = 'fuel'`;
      const schema = await sql`select key, title, level from public.attribute_schema(${category}, 'id-ID')`;
      expect(schema).toEqual([
        { key: "year", title: "year", level: "product" },
        { key: "fuel", title: "Bahan bakar", level: "product" },
        { key: "price_class", title: "price_class", level: "variant" },
      ]);
    }));

  test("call their choices as the language does, else as the base text, and keep the values that are written and filtered by", () =>
    database.rolledBack(async (sql) => {
      const { category } = await cars(sql);
      await asStaff(sql, "catalog_manager");
      await sql`update public.category_attributes set translations = '{"id": {"title": "Bahan bakar", "choices": {"petrol": "Bensin"}}}' where key = 'fuel'`;
      await asOwner(sql);
      const { productId } = await publishedProduct(sql, { category, attributes: { year: 2020, fuel: "petrol" } });
      await sql`update public.variants set attributes = '{"price_class": 2}' where product_id = ${productId}`;
      const schema = await sql`
        select choices, choice_titles from public.attribute_schema(${category}, 'id') where key in ('year', 'fuel') order by key`;
      expect(schema).toEqual([
        { choices: ["petrol", "electric"], choice_titles: { petrol: "Bensin", electric: "electric" } },
        { choices: null, choice_titles: null },
      ]);
      const read = async (locale: string) => {
        const [row] =
          await sql`select public.product_document(product_id => ${productId}, locale => ${locale}) as product`;
        return row?.product;
      };
      const product = await read("id");
      expect(product.attributes).toEqual({ year: 2020, fuel: "petrol" });
      expect(product.facts).toMatchObject([
        { key: "year", value: 2020, value_title: null },
        { key: "fuel", title: "Bahan bakar", value: "petrol", value_title: "Bensin" },
      ]);
      expect(product.variants[0].facts).toMatchObject([{ key: "price_class", value: 2, value_title: null }]);
      expect((await read("en")).facts[1]).toMatchObject({ title: "fuel", value_title: "petrol" });
      const found = async (locale: string) => {
        const [row] = await sql`
          select public.search_products(filters => jsonb_build_object('category', ${category}::text, 'attributes', '{"fuel": "petrol"}'::jsonb), locale => ${locale}) as found`;
        return row?.found;
      };
      expect(await found("id-ID")).toMatchObject({
        data: [{ id: productId }],
        facets: {
          attributes: { fuel: { petrol: 1 } },
          attribute_titles: { fuel: { title: "Bahan bakar", unit: null, choices: { petrol: "Bensin" } } },
        },
      });
      expect((await found("en")).facets.attribute_titles).toEqual({
        fuel: { title: "fuel", unit: null, choices: { petrol: "petrol" } },
      });
    }));

  test("take translations of choices that there are, as texts, and no choice goes while a translation names it", () =>
    database.rolledBack(async (sql) => {
      await cars(sql);
      const refused = { code: "invalid_translations", status: 422 };
      const change = (set: string) => () =>
        sql.unsafe(`update public.category_attributes set ${set} where key = 'fuel'`);
      const wrong = [
        '{"steam": "Uap"}',
        '{"petrol": ""}',
        '{"petrol": 1}',
        '{"petrol": null}',
        "[]",
        '"Bensin"',
        `{"petrol": "${"x".repeat(201)}"}`,
      ];
      for (const choices of wrong)
        await expectRefusal(change(`translations = '{"id": {"choices": ${choices}}}'`), refused);
      for (const translations of ['{"fr": {"choices": {}}}', '{"id": {"name": "x"}}', '{"id": 1}', "[]", "1"])
        await expectRefusal(change(`translations = '${translations}'`), refused);
      await expectRefusal(
        () =>
          sql`update public.category_attributes set translations = '{"id": {"choices": {"2020": "x"}}}' where key = 'year'`,
        refused,
      );
      await change(`translations = '{"id": {"choices": {"electric": "Listrik"}}}'`)();
      await expectRefusal(change("choices = '{petrol}'"), refused);
      await change(`choices = '{petrol}', translations = '{"id": {"choices": {"petrol": "Bensin"}}}'`)();
    }));
});

describe("a product of goods", () => {
  test("has tags for URLs, a window that opens before it closes, and translations of its texts", () =>
    database.rolledBack(async (sql) => {
      const { productId } = await publishedProduct(sql, { tags: ["new", "two-words"] });
      const set = (change: string) => () =>
        sql.unsafe(`update public.products set ${change} where id = '${productId}'`);
      for (const wrong of [
        "tags = '{Big}'",
        "tags = '{\"a b\"}'",
        "tags = '{null}'",
        "tags = '{\"\"}'",
        "tags = array_fill('a'::text, '{31}')",
        "publish_at = now(), unpublish_at = now()",
        "attributes = '[]'",
      ])
        await expectRefusal(set(wrong), { code: "23514", status: 400 });
      for (const wrong of [
        "[]",
        '{"fr": {"title": "x"}}',
        '{"en": {"slug": "x"}}',
        '{"en": {"title": " "}}',
        '{"en": {"title": 1}}',
        '{"en": "x"}',
      ])
        await expectRefusal(set(`translations = '${wrong}'`), { code: "invalid_translations", status: 422 });
      await set(`translations = '{"en": {"title": "Shirt", "summary": "A shirt", "description": "Long"}}'`)();
    }));
});
