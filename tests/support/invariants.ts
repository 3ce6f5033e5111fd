import { expect } from "vitest";
import type { Sql } from "./database.ts";

/** One broken invariant as `private.invariant_violations` reports it. */
export type Violation = { invariant: string; subject: string; detail: string };

/** Everything that must always hold and does not, at this moment, as this connection sees it. */
export async function violations(sql: Sql): Promise<Violation[]> {
  const [view] = await sql`select to_regclass('private.invariant_violations') is not null as exists`;
  if (!view?.exists) throw new Error("The view private.invariant_violations is missing: a migration must make it.");
  return await sql<Violation[]>`select invariant, subject, detail from private.invariant_violations order by 1, 2`;
}

/** Fails unless every invariant holds. */
export async function expectInvariants(sql: Sql): Promise<void> {
  expect(await violations(sql), "broken invariants").toEqual([]);
}
