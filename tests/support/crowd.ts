import { randomUUID } from "node:crypto";
import type { Pool, TestDatabase } from "./database.ts";
import { refusalOf } from "./expect-error.ts";

/** People who stay connected between rounds, each on a connection of their own. */
export type Crowd = {
  people: { id: string; sql: Pool }[];
  /** Lets the first `count` of the crowd try at the same moment and gives how each ended, in their order. */
  rush<T>(count: number, attempt: (sql: Pool, id: string, index: number) => Promise<T>): Promise<Attempt<T>[]>;
};

/** How one attempt ended: with a value, or with a code, which is our own when SQL refused as it should and a bare SQLSTATE otherwise. */
export type Attempt<T> = { value: T; code: null } | { value: null; code: string };

/** Makes people as Supabase Auth does, many at once, and gives their ids. */
export async function newCustomers(sql: Pool, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await sql.begin(async (transaction) => {
    await transaction`select set_config('role', 'none', true)`;
    await transaction`insert into auth.users (id, email, aud, role, raw_user_meta_data)
      select id, id || '@example.test', 'authenticated', 'authenticated', '{}' from unnest(${ids}::uuid[]) as id`;
  });
  return ids;
}

const gathered = new WeakMap<TestDatabase, Crowd["people"]>();

/** Connects a crowd of at least this size. All rounds and tests on one database share it, because connecting takes longer than buying. */
export async function gatherCrowd(database: TestDatabase, size: number): Promise<Crowd> {
  const people = gathered.get(database) ?? [];
  gathered.set(database, people);
  const ids = await newCustomers(database.sql, Math.max(0, size - people.length));
  // A crowd asks the same few questions very often: prepared, an attempt costs a third less.
  const joining = ids.map((id) => ({ id, sql: database.connect({ max: 1, prepare: true }) }));
  // A deadlock is found sooner than Postgres looks for one by itself: a test that goes red should do so quickly.
  await Promise.all(
    joining.map(({ sql }) => sql.unsafe("set role none; set deadlock_timeout = '100ms'; set role postgres")),
  );
  people.push(...joining);
  return {
    people: people.slice(0, size),
    rush: (count, attempt) =>
      Promise.all(people.slice(0, count).map(({ id, sql }, index) => outcome(() => attempt(sql, id, index)))),
  };
}

/** How an attempt ends. */
export async function outcome<T>(attempt: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await attempt(), code: null };
  } catch (error) {
    const refusal = await refusalOf(Promise.reject(error));
    if (!refusal) throw error;
    return { value: null, code: refusal.code };
  }
}

/** How often each code was the end of an attempt; what was accepted counts under `accepted`. */
export function tally(attempts: Attempt<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of attempts) counts[code ?? "accepted"] = (counts[code ?? "accepted"] ?? 0) + 1;
  return counts;
}
