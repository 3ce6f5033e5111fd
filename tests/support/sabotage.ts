import { AssertionError } from "node:assert";
import { cloneDatabase, type Sql, type TestDatabase } from "./database.ts";
import { violations } from "./invariants.ts";

/** Brings a bug back: SQL text, or a function that changes the cloned database. */
export type Patch = string | ((sql: Sql) => Promise<void>);

/** A check that can be run on any database: the body of a race or security test. */
export type Check = (database: TestDatabase) => Promise<void>;

/**
 * The twin of a race or security test: runs the same check in a clone where `patch` has brought its bug back, and fails unless the check
 * goes red there (an assertion fails or an invariant breaks). An error of another kind does not count: the bug must be noticed, not
 * stumbled over. A race may need several `rounds` to show its bug.
 */
export async function withSabotage(patch: Patch, check: Check, options: { rounds?: number } = {}): Promise<void> {
  for (let round = 1; round <= (options.rounds ?? 5); round++) {
    const database = await cloneDatabase();
    try {
      await (typeof patch === "string" ? database.sql.unsafe(patch) : patch(database.sql));
      if (await goesRed(database, check)) return;
    } finally {
      await database.drop();
    }
  }
  throw new AssertionError({ message: "The check stayed green although its bug was brought back: it proves nothing." });
}

/**
 * A patch that rewrites the body of one function (`schema.name`, not overloaded): every occurrence of `guard` becomes `instead`. Throws when
 * the guard is not there, so that a twin does not outlive the code it sabotages.
 */
export function replaceInFunction(name: string, guard: string | RegExp, instead: string): Patch {
  return async (sql) => {
    const [found] = await sql`select pg_get_functiondef(${name}::regproc) as source`;
    const source = String(found?.source);
    const patched = source.replaceAll(typeof guard === "string" ? guard : new RegExp(guard, "gi"), instead);
    if (patched === source)
      throw new Error(`${name} does not contain ${guard}: bring the sabotage up to date with the function.`);
    await sql.unsafe(patched);
  };
}

/** Several patches in turn, for a rule that is guarded twice. */
export function allOf(...patches: Patch[]): Patch {
  return async (sql) => {
    for (const patch of patches) await (typeof patch === "string" ? sql.unsafe(patch) : patch(sql));
  };
}

async function goesRed(database: TestDatabase, check: Check): Promise<boolean> {
  try {
    await check(database);
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") return true;
    throw error;
  }
  return (await violations(database.sql)).length > 0;
}
