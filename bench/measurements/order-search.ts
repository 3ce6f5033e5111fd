import postgres from "postgres";
import type { Bench } from "../bench.ts";
import { cloneDatabase, prepareOrders } from "../database/prepare-database.ts";
import { plain } from "../report/row.ts";
import { median, percentile } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

const budget = 200;

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
    args: "q => 'budi', placed_from => now() - interval '600 days', placed_to => now() - interval '570 days'",
  },
  { what: "staff, whole name with accents", who: "staff", args: "q => 'jose nunez'" },
  { what: "staff, part of an e-mail", who: "staff", args: "q => 'santoso1200'" },
  { what: "staff, whole number", who: "staff", args: "q => 'SL-105123'" },
  { what: "staff, part of a number", who: "staff", args: "q => '4711'" },
  { what: "staff, phone", who: "staff", args: "q => '0812-3456'" },
  { what: "staff, misspelt title", who: "staff", args: "q => 'typscript'" },
  { what: "staff, misspelt name", who: "staff", args: "q => 'santsoo'" },
  { what: "staff, nothing like it", who: "staff", args: "q => 'qqzzxxyy'" },
  { what: "customer, newest of own", who: "customer", args: "" },
  { what: "customer, title", who: "customer", args: "q => 'python'" },
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
      bench.signal.throwIfAborted();
      const readings: number[] = [];
      for (let turn = -1; turn < repeats; turn++) {
        const taken = await time(sql, people[who], `select public.search_orders(${args})`);
        if (turn >= 0) readings.push(taken);
      }
      const p95 = percentile(readings, 0.95);
      rows.push(
        plain({
          measurement: "order-search",
          what: `${what}, p95`,
          clients: 1,
          value: p95,
          unit: "ms",
          readings,
          budget: { text: `< ${budget} ms`, reached: p95 < budget },
          details: { median: median(readings), orders: bench.sizes.orders },
        }),
      );
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

/** Milliseconds a question of this person takes, from asking to answer. */
async function time(sql: postgres.Sql, person: string, question: string): Promise<number> {
  const claims = JSON.stringify({ sub: person, role: "authenticated" });
  return sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
    const start = performance.now();
    await transaction.unsafe(question);
    return performance.now() - start;
  }) as Promise<number>;
}
