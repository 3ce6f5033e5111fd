import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { changeUrl } from "../../packages/stack/src/postgres/index.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { paid } from "./provider-events.ts";
import { openSale } from "./sale.ts";

// Postgres keeps a plan after five uses, unless a plan for the very values looks cheaper; then it plans anew each time.
const WARM = 7;
const COUNTED = 4;

const database = useDatabase();
let sql: postgres.Sql<{ bigint: number }>;

beforeAll(async () => {
  // one connection, since each keeps plans of its own, and as the superuser, who may count them
  const url = changeUrl(inject("databaseUrl"), { database: database.name });
  sql = postgres(url, { max: 1, onnotice: () => {} }) as unknown as typeof sql;
  await sql`create extension if not exists pg_stat_statements with schema extensions`;
  await sql`select set_config('pg_stat_statements.track', 'all', false), set_config('pg_stat_statements.track_planning', 'on', false)`;
});
afterAll(() => sql.end());

/** Statements inside functions that are planned again in every run of `once`, on a warm connection, if that costs more than a glance. */
async function plannedAnew(once: () => Promise<unknown>): Promise<string[]> {
  for (let run = 0; run < WARM; run++) await once();
  await sql`select extensions.pg_stat_statements_reset(0::oid, (select oid from pg_database where datname = current_database()), 0)`;
  for (let run = 0; run < COUNTED; run++) await once();
  const rows = await sql<{ query: string }[]>`
    select query from extensions.pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database()) and not toplevel and plans >= ${COUNTED}
      and query ~* '\\m(from|update|insert|delete)\\M'`;
  return rows.map(({ query }) => query);
}

test("a payment that is applied plans nothing anew", async () => {
  const sales: Awaited<ReturnType<typeof openSale>>[] = [];
  while (sales.length < WARM + COUNTED) sales.push(await openSale(database.sql));
  const anew = await plannedAnew(() => {
    const event = paid(sales.pop() as (typeof sales)[number]);
    const body = JSON.stringify(event);
    return sql`select private.receive_provider_event('stripe', ${event.id}, ${event.type}, ${body}::text::jsonb)`;
  });
  expect(sales).toEqual([]);
  expect(anew).toEqual([]);
});

test("a free enrolment plans nothing anew", async () => {
  const intake = await publishedIntake(database.sql, { seats: 100, price: 0 });
  const people: string[] = [];
  while (people.length < WARM + COUNTED) people.push(await newCustomer(database.sql));
  const anew = await plannedAnew(() =>
    actingAs(sql, people.pop() as string, (tx) => tx`select private.enroll(${intake.intakeId}, null)`),
  );
  expect(people).toEqual([]);
  expect(anew).toEqual([]);
});

test("an order of one seat that waits for its payment plans nothing anew", async () => {
  const { variantId } = await publishedIntake(database.sql, { seats: 100 });
  const lines = JSON.stringify([{ variant_id: variantId, quantity: 1 }]);
  const people: string[] = [];
  while (people.length < WARM + COUNTED) people.push(await newCustomer(database.sql));
  const anew = await plannedAnew(() =>
    actingAs(sql, people.pop() as string, (tx) => tx`select public.place_order(${lines}::text::jsonb)`),
  );
  expect(people).toEqual([]);
  expect(anew).toEqual([]);
});

test("an order's page and its payments plan nothing anew", async () => {
  const sale = await openSale(database.sql);
  const event = paid(sale);
  await sql`select private.receive_provider_event('stripe', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb)`;
  const [order] = await sql<
    { customer_id: string }[]
  >`select customer_id from public.orders where id = ${sale.orderId}`;
  const anew = await plannedAnew(() =>
    actingAs(
      sql,
      order?.customer_id as string,
      (tx) => tx`select private.get_order(${sale.orderId}), private.order_payments(${sale.orderId})`,
    ),
  );
  expect(anew).toEqual([]);
});
