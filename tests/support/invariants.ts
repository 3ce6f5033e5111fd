import { expect } from "vitest";
import type { Pool, Sql } from "./database.ts";

/** One broken invariant as `private.invariant_violations` reports it. */
export type Violation = { invariant: string; subject: string; detail: string };

/**
 * Everything that must always hold and does not, at this moment, as this connection sees it. From one snapshot: the view asks functions
 * that look for themselves, and where others write meanwhile they would compare what was with what is.
 */
export async function violations(sql: Sql | Pool): Promise<Violation[]> {
  return "begin" in sql ? await sql.begin("isolation level repeatable read", read) : await read(sql);
}

// Planning the view takes longer than reading it from a test's few rows, so each connection plans it once.
async function read(sql: Sql): Promise<Violation[]> {
  const [planned] = await sql`select from pg_prepared_statements where name = 'violations'`;
  if (!planned) {
    await sql`prepare violations as select invariant, subject, detail from private.invariant_violations order by 1, 2`;
  }
  return sql<Violation[]>`execute violations`;
}

/** Fails unless every invariant holds. */
export async function expectInvariants(sql: Sql | Pool): Promise<void> {
  expect(await violations(sql), "broken invariants").toEqual([]);
}
