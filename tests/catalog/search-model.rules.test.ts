import fc from "fast-check";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { category, search, sell } from "./searching.ts";

const database = useDatabase();

describe("a shop of random things", () => {
  const colors = ["red", "blue", "green"];
  type Thing = {
    slug: string;
    kind: string;
    category: string | null;
    color: string | null;
    weight: number | null;
    price: number | null;
    inStock: boolean;
  };
  const things: Thing[] = [];
  const below: Record<string, string[]> = {
    top: ["top", "left", "right"],
    left: ["left"],
    right: ["right"],
    other: ["other"],
  };

  beforeAll(async () => {
    const { sql } = database;
    const ids: Record<string, string> = { top: await category(sql, "top"), other: await category(sql, "other") };
    for (const slug of ["left", "right"]) ids[slug] = await category(sql, slug, ids.top);
    for (const id of [ids.top, ids.other] as string[]) {
      await sql`insert into public.category_attributes (category_id, key, title, type, choices) values (${id}, 'color', 'Colour', 'choice', ${colors})`;
      await sql`insert into public.category_attributes (category_id, key, title, type) values (${id}, 'weight', 'Weight', 'decimal')`;
    }
    const wish = fc.record({
      kind: fc.constantFrom("physical" as const, "digital" as const),
      category: fc.constantFrom(null, "top", "left", "right", "other"),
      color: fc.option(fc.constantFrom(...colors)),
      weight: fc.option(fc.integer({ min: 1, max: 5 })),
      price: fc.option(fc.integer({ min: 1, max: 5 })),
      units: fc.integer({ min: 0, max: 2 }),
    });
    for (const each of fc.sample(wish, { numRuns: 40, seed: inject("seed") })) {
      const attributes = each.category
        ? { ...(each.color && { color: each.color }), ...(each.weight && { weight: each.weight }) }
        : {};
      const { slug } = await sell(sql, {
        kind: each.kind,
        title: `Barang ${each.units}`,
        category: each.category && (ids[each.category] as string),
        attributes,
        units: each.kind === "physical" ? each.units : 0,
        ...(each.price && { prices: { IDR: each.price } }),
      });
      things.push({
        slug,
        kind: each.kind,
        category: each.category,
        color: (attributes as { color?: string }).color ?? null,
        weight: (attributes as { weight?: number }).weight ?? null,
        price: each.price,
        inStock: each.kind === "digital" || each.units > 0,
      });
    }
  });

  type Filters = {
    kind?: readonly string[];
    category?: string;
    in_stock?: boolean;
    price?: { min?: number; max?: number };
    attributes?: Record<string, unknown>;
  };
  const misses = (thing: Thing, filters: Filters) => {
    const { color, weight } = (filters.attributes ?? {}) as { color?: string[]; weight?: { min: number } };
    const { min = 0, max = 99 } = filters.price ?? {};
    const wrong = {
      kind: filters.kind && !filters.kind.includes(thing.kind),
      category: filters.category && !below[filters.category]?.includes(thing.category ?? ""),
      in_stock: filters.in_stock !== undefined && filters.in_stock !== thing.inStock,
      price: filters.price && (thing.price === null || thing.price < min || thing.price > max),
      color: color && !color.includes(thing.color ?? ""),
      weight: weight && (thing.weight === null || thing.weight < weight.min),
    };
    return Object.entries(wrong).flatMap(([name, missed]) => (missed ? [name] : []));
  };
  const filtering = fc.record(
    {
      kind: fc.constantFrom(["physical"], ["digital"], ["physical", "digital"]),
      category: fc.constantFrom("top", "left", "other"),
      in_stock: fc.boolean(),
      price: fc.constantFrom({ min: 2 }, { max: 3 }, { min: 2, max: 4 }),
      attributes: fc.record(
        { color: fc.subarray(colors, { minLength: 1 }), weight: fc.constant({ min: 3 }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const sorts = ["relevance", "newest", "price_asc", "price_desc", "title"];

  test("gives exactly what fits, each once over its pages and in order, and counts that add up without their own filter", async () => {
    await fc.assert(
      fc.asyncProperty(
        filtering,
        fc.constantFrom(...sorts),
        fc.constantFrom(undefined, "barang"),
        async (filters, sort, q) => {
          const fits = things.filter((thing) => misses(thing, filters).length === 0);
          const seen: { slug: string; title: string; price: { base_amount: number } | null }[] = [];
          let cursor: string | null = null;
          let facets = null;
          do {
            const page: Awaited<ReturnType<typeof search>> = await search(database.sql, {
              q,
              filters,
              sort,
              cursor,
              max_rows: 7,
            });
            seen.push(...page.data);
            facets ??= page.facets && { ...page.facets, total: page.total };
            cursor = page.next_cursor;
          } while (cursor);
          expect(seen.map(({ slug }) => slug).sort()).toEqual(fits.map(({ slug }) => slug).sort());
          const amounts = seen.map(({ price }) => price?.base_amount ?? null);
          const priced = amounts.filter((amount) => amount !== null);
          if (sort === "price_asc")
            expect(amounts).toEqual([...priced.sort((a, b) => a - b), ...amounts.filter((amount) => amount === null)]);
          if (sort === "price_desc")
            expect(amounts).toEqual([...priced.sort((a, b) => b - a), ...amounts.filter((amount) => amount === null)]);
          if (sort === "title") expect(seen.map(({ title }) => title)).toEqual(seen.map(({ title }) => title).sort());

          const without = (name: string) =>
            things.filter((thing) => misses(thing, filters).every((missed) => missed === name));
          const counted = (list: Thing[], keyOf: (thing: Thing) => string | null) => {
            const counts: Record<string, number> = {};
            for (const key of list.map(keyOf)) if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
            return counts;
          };
          expect(facets.total).toBe(fits.length);
          expect(facets.kind).toEqual(counted(without("kind"), ({ kind }) => kind));
          expect({ true: 0, false: 0, ...facets.in_stock }).toEqual({
            true: 0,
            false: 0,
            ...counted(without("in_stock"), ({ inStock }) => String(inStock)),
          });
          expect(facets.attributes.color ?? {}).toEqual(counted(without("color"), ({ color }) => color));
          const prices = without("price").flatMap(({ price }) => price ?? []);
          expect([facets.price.min, facets.price.max]).toEqual(
            prices.length ? [Math.min(...prices), Math.max(...prices)] : [null, null],
          );
          const inTree = Object.entries(below).map(([slug, inside]) => [
            slug,
            without("category").filter((thing) => inside.includes(thing.category ?? "")).length,
          ]);
          expect(
            Object.fromEntries(facets.category.map((each: { slug: string; count: number }) => [each.slug, each.count])),
          ).toEqual(Object.fromEntries(inTree.filter(([, count]) => count)));
        },
      ),
      { numRuns: 40, seed: inject("seed") },
    );
  });
});
