import postgres from "postgres";
import type { Bench } from "../bench.ts";
import { cloneDatabase, prepareProducts } from "../database/prepare-database.ts";
import { plain, type Row } from "../report/row.ts";
import { median, percentile } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

/** What visitors search for. `scans`: whether so much fits that reading the whole search is the right plan. */
const questions: { what: string; call: string; scans?: true }[] = [
  { what: "newest, a page", call: "search_products(with_facets => false)" },
  { what: "words, a page", call: "search_products('sepatu merah', with_facets => false)" },
  { what: "words, with facets", call: "search_products('sepatu merah')" },
  { what: "one word of 2500 products, with facets", call: "search_products('kamera')" },
  { what: "SKU", call: "search_products('GDS-4711-1')" },
  { what: "misspelt", call: "search_products('sepattu mrah', with_facets => false)" },
  { what: "nothing like it", call: "search_products('qqzzxxyy')" },
  {
    what: "words, category, in stock and price, with facets",
    call: `search_products('laptop', '{"category": "category-1", "in_stock": true, "price": {"min": 100000000}}')`,
  },
  {
    what: "a category below, in stock, cheapest first",
    call: `search_products(filters => '{"category": "category-40", "in_stock": true}', sort => 'price_asc', with_facets => false)`,
  },
  {
    what: "a range of prices, cheapest first",
    call: `search_products(filters => '{"price": {"min": 50000000, "max": 60000000}}', sort => 'price_asc', with_facets => false)`,
  },
  { what: "all, dearest first", call: "search_products(sort => 'price_desc', with_facets => false)" },
  {
    what: "a category with what is below, a page",
    call: `search_products(filters => '{"category": "category-1"}', with_facets => false)`,
  },
  {
    what: "attributes and a range, a page",
    call: `search_products(filters => '{"attributes": {"color": ["red", "blue"], "material": "wood", "weight": {"max": 2}}}', with_facets => false)`,
  },
  {
    what: "attributes of one variant, in stock, a page",
    call: `search_products(filters => '{"attributes": {"size": "L", "color": "red"}, "in_stock": true}', with_facets => false)`,
  },
  {
    what: "a word, attributes of one variant, in stock, with facets",
    call: `search_products('sepatu', '{"attributes": {"size": "M"}, "in_stock": true}')`,
  },
  { what: "a word that all have, a page", call: "search_products('produk', with_facets => false)" },
  { what: "all with facets", call: "search_products()", scans: true },
  // Without words facets count the whole catalogue: what else a visitor might choose is not narrowed by what was chosen.
  { what: "all in stock, with facets", call: `search_products(filters => '{"in_stock": true}')`, scans: true },
  {
    what: "a category with what is below, with facets",
    call: `search_products(filters => '{"category": "category-1"}')`,
    scans: true,
  },
  {
    what: "an attribute, with facets",
    call: `search_products(filters => '{"attributes": {"color": "red"}}')`,
    scans: true,
  },
  {
    what: "attributes of one variant, in stock, with facets",
    call: `search_products(filters => '{"attributes": {"size": "L", "color": "red"}, "in_stock": true}')`,
    scans: true,
  },
  { what: "suggestions, one letter", call: "suggest_products('s')" },
  { what: "suggestions, begin so", call: "suggest_products('kame')" },
  { what: "suggestions, misspelt", call: "suggest_products('keybord')" },
];

/** How long searches of products and suggestions take as a visitor, in SQL and one after the other, and whether indexes answer them. */
export async function measureProductSearch(bench: Bench): Promise<Outcome> {
  const { urls } = await bench.stack("database");
  bench.progress(`loading ${bench.sizes.products} products`);
  const url = await cloneDatabase(urls.superuser, "bench_products");
  await prepareProducts(url, bench.sizes);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const repeats = bench.options.rounds * 10;
  const rows: Row[] = [];
  const failures: string[] = [];
  try {
    for (const { what, call, scans } of questions) {
      bench.signal.throwIfAborted();
      const readings: number[] = [];
      const before = await wholeReads(sql);
      for (let turn = -1; turn < repeats; turn++) {
        const taken = await time(sql, `select public.${call}`);
        if (turn >= 0) readings.push(taken);
      }
      const read = (await wholeReads(sql)) - before;
      // A small table is read whole for good reason.
      if (read > 0 && !scans && !bench.options.quick) failures.push(`product-search: "${what}" read the whole search`);
      rows.push(
        plain({
          measurement: "product-search",
          what: `${what}, p95`,
          clients: 1,
          value: percentile(readings, 0.95),
          unit: "ms",
          readings,
          details: { median: median(readings), products: bench.sizes.products },
        }),
      );
    }
    return { rows, failures };
  } finally {
    await sql.end();
  }
}

/** How often the tables of the search were read from end to end so far. */
async function wholeReads(sql: postgres.Sql): Promise<number> {
  await sql`select pg_stat_force_next_flush()`;
  const [row] = await sql`
    select sum(seq_scan)::integer as reads from pg_stat_user_tables
    where schemaname = 'private' and relname = 'product_search'`;
  return row?.reads;
}

/** Milliseconds a question of a visitor takes, from asking to answer. */
async function time(sql: postgres.Sql, question: string): Promise<number> {
  return sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', '{"role":"anon"}', true), set_config('role', 'anon', true)`;
    const start = performance.now();
    await transaction.unsafe(question);
    return performance.now() - start;
  }) as Promise<number>;
}
