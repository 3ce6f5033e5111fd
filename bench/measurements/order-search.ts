import postgres from "postgres";
import type { Bench } from "../bench.ts";
import { cloneDatabase, prepareOrders } from "../database/prepare-database.ts";
import { plain } from "../report/row.ts";
import { median, percentile } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

const budget = 200;
const narrow = "min_amount => 33600000, max_amount => 33600000";
// Days, not moments: a cursor goes with the filters that it was given for.
const oldMonth = "placed_from => current_date - 600, placed_to => current_date - 570";

/** What staff and customers search for, as arguments of `search_orders`. */
const searches: { what: string; who: "staff" | "customer"; args: string }[] = [
  { what: "staff, newest of all", who: "staff", args: "" },
  { what: "staff, by a rare status", who: "staff", args: "statuses => '{needs_review}'" },
  { what: "staff, common title", who: "staff", args: "q => 'typescript'" },
  {
    what: "staff, common title and rare status",
    who: "staff",
    args: "q => 'typescript', statuses => '{needs_review}'",
  },
  { what: "staff, title sold long ago", who: "staff", args: "q => 'cafe management 14 · batch 1'" },
  { what: "staff, common name", who: "staff", args: "q => 'budi'" },
  {
    what: "staff, common name in an old month",
    who: "staff",
    args: `q => 'budi', ${oldMonth}`,
  },
  { what: "staff, whole name with accents", who: "staff", args: "q => 'jose nunez'" },
  { what: "staff, part of an e-mail", who: "staff", args: "q => 'santoso1200'" },
  { what: "staff, whole number", who: "staff", args: "q => 'SL-105123'" },
  { what: "staff, part of a number", who: "staff", args: "q => '4711'" },
  { what: "staff, phone", who: "staff", args: "q => '0812-3456'" },
  { what: "staff, phone with two digits swapped", who: "staff", args: "q => '0812-5838-9485'" },
  { what: "staff, number with a digit too many", who: "staff", args: "q => 'SL-9105123'" },
  { what: "staff, misspelt title", who: "staff", args: "q => 'typscript'" },
  { what: "staff, misspelt name", who: "staff", args: "q => 'santsoo'" },
  { what: "staff, nothing like it", who: "staff", args: "q => 'qqzzxxyy'" },
  { what: "staff, words of every third person", who: "staff", args: "q => 'gmail.test'" },
  { what: "staff, common phone", who: "staff", args: "q => '+62 812'" },
  { what: "staff, common phone and status", who: "staff", args: "q => '+62 812', statuses => '{refunded}'" },
  { what: "staff, one amount", who: "staff", args: narrow },
  { what: "staff, one amount and rare status", who: "staff", args: `${narrow}, statuses => '{needs_review}'` },
  { what: "staff, one amount in an old month", who: "staff", args: `${narrow}, ${oldMonth}` },
  { what: "staff, amounts that many have", who: "staff", args: "min_amount => 20000000" },
  { what: "staff, an amount nobody has", who: "staff", args: "min_amount => 900000000" },
  { what: "staff, a currency nobody paid in", who: "staff", args: "currency => 'USD'" },
  { what: "staff, common title and one amount", who: "staff", args: `q => 'typescript', ${narrow}` },
  {
    what: "staff, common title and amount nobody has",
    who: "staff",
    args: "q => 'typescript', min_amount => 900000000",
  },
  { what: "staff, common name and one amount", who: "staff", args: `q => 'budi', ${narrow}` },
  { what: "staff, common name and amount nobody has", who: "staff", args: "q => 'budi', min_amount => 900000000" },
  { what: "staff, common name and many amounts", who: "staff", args: "q => 'budi', min_amount => 20000000" },
  { what: "staff, whole name and one amount", who: "staff", args: `q => 'jose nunez', ${narrow}` },
  { what: "staff, whole number and status", who: "staff", args: "q => 'SL-105123', statuses => '{refunded}'" },
  { what: "staff, misspelt name and one amount", who: "staff", args: `q => 'santsoo', ${narrow}` },
  { what: "staff, nothing like it and one amount", who: "staff", args: `q => 'qqzzxxyy', ${narrow}` },
  { what: "customer, newest of own", who: "customer", args: "" },
  { what: "customer, title and many amounts", who: "customer", args: "q => 'python', min_amount => 20000000" },
  { what: "customer, title", who: "customer", args: "q => 'python'" },
  { what: "customer, recipient", who: "customer", args: "q => 'maheswari'" },
  { what: "customer, misspelt recipient", who: "customer", args: "q => 'mahewsari'" },
];

/** How long searches of orders take, in SQL and one after the other. */
export async function measureOrderSearch(bench: Bench): Promise<Outcome> {
  const { urls } = await bench.stack("database");
  bench.progress(`loading ${bench.sizes.orders} orders`);
  const url = await cloneDatabase(urls.superuser, "bench_search");
  await prepareOrders(url, bench.sizes);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const repeats = bench.options.rounds * 10;
  try {
    const people = await findPeople(sql);
    const rows = [];
    for (const { what, who, args } of searches) {
      const cursor = await cursorAfter(sql, people[who], args, 3);
      const pages = [{ page: "", args }, ...(cursor ? [{ page: " (page 4)", args: withCursor(args, cursor) }] : [])];
      for (const asked of pages) {
        bench.signal.throwIfAborted();
        const readings: number[] = [];
        for (let turn = -1; turn < repeats; turn++) {
          const { taken } = await ask(sql, people[who], asked.args);
          if (turn >= 0) readings.push(taken);
        }
        const p95 = percentile(readings, 0.95);
        rows.push(
          plain({
            measurement: "order-search",
            what: `${what}${asked.page}, p95`,
            clients: 1,
            value: p95,
            unit: "ms",
            readings,
            budget: { text: `< ${budget} ms`, reached: p95 < budget },
            details: { median: median(readings), orders: bench.sizes.orders },
          }),
        );
      }
    }
    return { rows, failures: [] };
  } finally {
    await sql.end();
  }
}

/** Somebody with the role support, and the customer with the most orders. */
async function findPeople(sql: postgres.Sql): Promise<Record<"staff" | "customer", string>> {
  const [busiest] = await sql`select customer_id as id from public.orders group by 1 order by count(*) desc limit 1`;
  const [staff] = await sql`
    insert into public.role_members (profile_id, role) select id, 'support' from public.profiles where id <> ${busiest?.id} limit 1
    returning profile_id as id`;
  return { staff: staff?.id, customer: busiest?.id };
}

/** The cursor after so many pages; null when there are not more. */
async function cursorAfter(sql: postgres.Sql, person: string, args: string, pages: number): Promise<string | null> {
  let cursor: string | null = null;
  for (let page = 0; page < pages; page++) {
    cursor = (await ask(sql, person, cursor ? withCursor(args, cursor) : args)).cursor;
    if (!cursor) return null;
  }
  return cursor;
}

function withCursor(args: string, cursor: string): string {
  return [args, `cursor => '${cursor}'`].filter(Boolean).join(", ");
}

/** Milliseconds a question of this person takes, from asking to answer, and where it goes on. */
async function ask(sql: postgres.Sql, person: string, args: string): Promise<{ taken: number; cursor: string | null }> {
  const claims = JSON.stringify({ sub: person, role: "authenticated" });
  return sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
    const start = performance.now();
    const [row] = await transaction.unsafe(`select public.search_orders(${args}) as page`);
    return { taken: performance.now() - start, cursor: row?.page.next_cursor ?? null };
  }) as Promise<{ taken: number; cursor: string | null }>;
}
