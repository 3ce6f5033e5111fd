import postgres from "postgres";
import type { Stack } from "../../packages/stack/src/index.ts";
import { plain, type Row } from "../report/row.ts";

/**
 * SQL statements per paid purchase by pg_stat_statements, one buyer at a time: those of the requests (PostgREST, on behalf of the buyer
 * and of the functions), and all, with what the worker does afterwards. Statements inside SQL functions count with their call.
 */
export async function countStatements(stack: Stack, purchases: number, buy: () => Promise<unknown>): Promise<Row[]> {
  const sql = postgres(stack.urls.superuser, { max: 1, onnotice: () => {} });
  try {
    const [loaded] = await sql`select 1 from pg_settings where name = 'pg_stat_statements.track'`;
    if (!loaded) return [];
    await sql`create extension if not exists pg_stat_statements with schema extensions`;
    await sql`select extensions.pg_stat_statements_reset()`;
    for (let number = 0; number < purchases; number++) await buy();
    const rows = await sql<{ calls: number; role: string }[]>`
      select sum(calls)::float8 as calls, rolname as role
      from extensions.pg_stat_statements join pg_roles on pg_roles.oid = userid
      where toplevel and rolname <> 'supabase_admin' and query !~* '^(begin|commit|start transaction)' group by rolname`;
    const perPurchase = (roles: { calls: number }[]) => roles.reduce((sum, { calls }) => sum + calls, 0) / purchases;
    const row = (what: string, value: number) =>
      plain({ measurement: "journey", what, clients: 1, value, unit: "statements" });
    return [
      row("SQL per purchase, by its requests", perPurchase(rows.filter(({ role }) => role !== "postgres"))),
      row("SQL per purchase, with the worker's", perPurchase(rows)),
    ];
  } finally {
    await sql.end();
  }
}
