import type { Pool, Sql, TestDatabase } from "./database.ts";

/** How the attempts of a race ended; `values` and `errors` keep the order of the contenders. */
export type RaceResult<T> = { values: T[]; errors: unknown[]; settled: PromiseSettledResult<T>[] };

const lanesOf = new WeakMap<TestDatabase, Pool[]>();

/**
 * Starts `contenders` attempts at the same moment, each on a connection of its own that is open and waiting at the start line, and
 * resolves when all have ended. All races on one database share their connections: a new one spends more on learning the functions than
 * on running them. What an attempt set in its session is reset before the next race.
 */
export async function race<T>(
  database: TestDatabase,
  contenders: number,
  attempt: (sql: Pool, index: number) => Promise<T>,
): Promise<RaceResult<T>> {
  const lanes = lanesFor(database, contenders);
  const [gate] = await database.sql`select (random() * 2147483647)::int as key`;
  const starter = await database.sql.reserve();
  await starter`select pg_advisory_lock(7, ${gate?.key})`;
  const waiting = lanes.map(async (sql, index) => {
    await sql.unsafe("reset all; reset role");
    await sql`select pg_advisory_lock_shared(7, ${gate?.key})`;
    await sql`select pg_advisory_unlock_shared(7, ${gate?.key})`;
    return attempt(sql, index);
  });
  const finished = Promise.allSettled(waiting);
  await allWait(database.sql, gate?.key, contenders);
  await starter`select pg_advisory_unlock(7, ${gate?.key})`;
  starter.release();
  const settled = await finished;
  return {
    values: settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    errors: settled.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : [])),
    settled,
  };
}

function lanesFor(database: TestDatabase, contenders: number): Pool[] {
  const lanes = lanesOf.get(database) ?? [];
  lanesOf.set(database, lanes);
  while (lanes.length < contenders) lanes.push(database.connect({ max: 1 }));
  return lanes.slice(0, contenders);
}

async function allWait(sql: Sql, key: number, contenders: number): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const [row] = await sql`select count(*) as waiting from pg_locks
      where locktype = 'advisory' and classid = 7 and objid = ${key} and not granted
        and database = (select oid from pg_database where datname = current_database())`;
    if (row?.waiting === contenders) return;
    if (Date.now() > until)
      throw new Error(`Only ${row?.waiting} of ${contenders} contenders reached the start line in 60 s.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
