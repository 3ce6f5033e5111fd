import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, inject, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { category, search, slugsFor } from "./searching.ts";

const database = useDatabase();

const colors = ["red", "blue"];
const sizes = ["S", "M"];

type Variant = { color: string | null; size: string | null; units: number; counted: boolean };
type Shirt = { slug: string; material: string | null; variants: Variant[] };
type Attributes = { color?: string[]; size?: string[]; material?: string[] };
type Filters = { in_stock?: boolean; attributes?: Attributes };

const wish = fc.record({
  material: fc.option(fc.constantFrom("wool", "linen")),
  variants: fc.array(
    fc.record({
      color: fc.option(fc.constantFrom(...colors)),
      size: fc.option(fc.constantFrom(...sizes)),
      units: fc.integer({ min: 0, max: 1 }),
      counted: fc.integer({ min: 0, max: 5 }).map((number) => number > 0),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const filtering = fc.record<Filters>(
  {
    in_stock: fc.boolean(),
    attributes: fc.record(
      {
        color: fc.subarray(colors, { minLength: 1 }),
        size: fc.subarray(sizes, { minLength: 1 }),
        material: fc.constant(["wool"]),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

async function shirtsIn(sql: Sql): Promise<string> {
  const shelf = await category(sql, `shirts-${randomUUID()}`);
  await sql`insert into public.category_attributes (category_id, key, title, type, level, choices) values
    (${shelf}, 'color', 'Colour', 'choice', 'variant', ${colors}), (${shelf}, 'size', 'Size', 'choice', 'variant', ${sizes}),
    (${shelf}, 'material', 'Material', 'choice', 'product', '{wool,linen}'), (${shelf}, 'length', 'Length', 'integer', 'variant', null)`;
  return shelf;
}

async function sellShirt(sql: Sql, shelf: string, slug: string, shirt: Omit<Shirt, "slug">): Promise<Shirt> {
  const said = (attributes: object) =>
    JSON.stringify(Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null)));
  const [product] = await sql`insert into public.products (kind, slug, title, status, category_id, attributes)
    values ('physical', ${slug}, ${slug}, 'published', ${shelf}, ${said({ material: shirt.material })}::text::jsonb) returning id`;
  for (const [place, { units, counted, ...attributes }] of shirt.variants.entries()) {
    const [variant] = await sql`insert into public.variants (product_id, sku, title, attributes, stock_mode)
      values (${product?.id}, ${`${slug}-${place}`}, ${`No. ${place}`}, ${said(attributes)}::text::jsonb, ${counted ? "tracked" : "none"}) returning id`;
    if (counted && units) await sql`select private.change_capacity(${variant?.id}, ${units})`;
  }
  return { slug, ...shirt };
}

/** The variants of a shirt that fit all filters by attributes. */
function fitting(shirt: Shirt, attributes: Attributes = {}): Variant[] {
  return shirt.variants.filter((variant) =>
    Object.entries(attributes).every(([key, wanted]) =>
      wanted.includes({ ...variant, material: shirt.material }[key as keyof Attributes] ?? ""),
    ),
  );
}

const free = (variants: Variant[]) => variants.some(({ units, counted }) => !counted || units > 0);
const heeds = (variants: Variant[], inStock?: boolean) =>
  variants.length > 0 && (inStock === undefined || free(variants) === inStock);

test("a red M that is sold out beside a blue S that is there is neither a red S nor a red one in stock", () =>
  redInSmall(database.rolledBack));

test("that test notices filters that each look at all variants", () =>
  withSabotage(replaceInFunction("private.fitting_variants", /differing IS NOT NULL/, "false"), (target) =>
    redInSmall(target.rolledBack),
  ));

async function redInSmall(rolledBack: typeof database.rolledBack): Promise<void> {
  await rolledBack(async (sql) => {
    const shelf = await shirtsIn(sql);
    const shirt = { color: null, size: null, units: 0, counted: true };
    await sellShirt(sql, shelf, "two-shirts", {
      material: "wool",
      variants: [
        { ...shirt, color: "red", size: "M" },
        { ...shirt, color: "blue", size: "S", units: 1 },
      ],
    });
    const found = (attributes: object, in_stock?: boolean) =>
      slugsFor(sql, { filters: { category: shelf, attributes, ...(in_stock !== undefined && { in_stock }) } });
    expect(await found({ color: "red", size: "M" })).toEqual(["two-shirts"]);
    expect(await found({ color: "red", size: "S" })).toEqual([]);
    expect(await found({ color: "red", material: "wool" }, true)).toEqual([]);
    expect(await found({ color: "red" }, false)).toEqual(["two-shirts"]);
    expect(await found({ color: "blue", material: "wool" }, true)).toEqual(["two-shirts"]);
    const { data, facets } = await search(sql, { filters: { category: shelf, attributes: { color: "red" } } });
    expect(data).toMatchObject([{ slug: "two-shirts", in_stock: false }]);
    expect(facets).toMatchObject({
      in_stock: { true: 0, false: 1 },
      attributes: { color: { red: 1, blue: 1 }, size: { M: 1 } },
    });
  });
}

test("a range is asked of one variant as a choice is", () =>
  database.rolledBack(async (sql) => {
    const shelf = await shirtsIn(sql);
    const [product] = await sql`insert into public.products (kind, slug, title, status, category_id)
      values ('physical', 'long-and-short', 'Long and short', 'published', ${shelf}) returning id`;
    await sql`insert into public.variants (product_id, sku, title, attributes) values
      (${product?.id}, 'LONG', 'Long', '{"color": "red", "length": 90}'), (${product?.id}, 'SHORT', 'Short', '{"color": "blue", "length": 60}')`;
    const found = (attributes: object) => slugsFor(sql, { filters: { category: shelf, attributes } });
    expect(await found({ color: "red", length: { min: 80 } })).toEqual(["long-and-short"]);
    expect(await found({ color: "red", length: { max: 80 } })).toEqual([]);
    expect(await found({ length: { min: 70, max: 80 } })).toEqual([]);
  }));

const shirts: Shirt[] = [];

beforeAll(async () => {
  await database.sql.begin(async (sql) => {
    const shelf = await shirtsIn(sql);
    for (const [place, each] of fc.sample(wish, { numRuns: 30, seed: inject("seed") }).entries())
      shirts.push(await sellShirt(sql, shelf, `shirt-${place}`, each));
  });
});

test("random shirts are found and counted by what is true of one variant", () =>
  fc.assert(
    fc.asyncProperty(filtering, async (filters) => {
      const answer = await search(database.sql, { filters, max_rows: 100 });
      const slugs = (list: { slug: string }[]) => list.map(({ slug }) => slug).sort();
      const fits = shirts.filter((shirt) => heeds(fitting(shirt, filters.attributes), filters.in_stock));
      expect(slugs(answer.data)).toEqual(slugs(fits));
      expect(answer.total).toBe(fits.length);
      for (const { slug, in_stock } of answer.data) {
        const shirt = shirts.find((each) => each.slug === slug) as Shirt;
        expect(in_stock).toBe(free(fitting(shirt, filters.attributes)));
      }
      const shown = shirts.map((shirt) => fitting(shirt, filters.attributes)).filter(({ length }) => length > 0);
      expect(answer.facets.in_stock).toEqual({
        true: shown.filter(free).length,
        false: shown.filter((variants) => !free(variants)).length,
      });
      for (const [key, choices] of Object.entries({ color: colors, size: sizes })) {
        const { [key as "color" | "size"]: _, ...others } = filters.attributes ?? {};
        const counts = choices.map((choice) => {
          const chosen = { ...others, [key]: [choice] };
          return [choice, shirts.filter((shirt) => heeds(fitting(shirt, chosen), filters.in_stock)).length] as const;
        });
        expect(answer.facets.attributes[key] ?? {}).toEqual(Object.fromEntries(counts.filter(([, count]) => count)));
      }
    }),
    { numRuns: 60, seed: inject("seed") },
  ));
