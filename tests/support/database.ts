import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import { changeUrl } from "../../packages/stack/src/postgres/index.ts";
import { expectInvariants } from "./invariants.ts";
import { asOwner } from "./people.ts";

/** A pool of connections of postgres.js. Bigints arrive as numbers, as they do over HTTP. */
export type Pool = postgres.Sql<{ bigint: number }>;

/** Whatever can run a statement: a pool, a reserved connection or a transaction. */
export type Sql = postgres.ISql<{ bigint: number }>;

type Options = postgres.Options<Record<string, postgres.PostgresType>>;

/** One database that belongs to one test file. */
export type TestDatabase = {
  name: string;
  /** URL for the role `postgres`, which owns everything that migrations made. */
  url: string;
  /** A pool for the owner `postgres`. What it writes stays until the file ends. */
  sql: Pool;
  /** One more pool of the owner, of one connection unless said otherwise; ends with the file. */
  connect(options?: Options): Pool;
  /** Runs `work` in a transaction that ends with deferred constraints checked, invariants checked and everything undone. */
  rolledBack<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  drop(): Promise<void>;
};

// The role that owns migrations, with the search path that hosted Supabase gives it.
const asPostgres = { role: "postgres", search_path: '"$user", public, extensions' };

/** The transaction that `rolledBack` runs at this moment, so that `expectRefusal` can shield it from the error it expects. */
export const openTransaction = new AsyncLocalStorage<Sql>();

/** Clones the migrated template under a random name. Prefer `useDatabase`, which also drops it. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = connectTo(changeUrl(inject("databaseUrl"), { database: "template1" }));
  try {
    await admin`create database ${admin(name)} template seatline_template owner postgres`;
  } finally {
    await admin.end();
  }
  return openDatabase(name);
}

/**
 * Gives a test file a database of its own, dropped when the file ends; kept, with its name printed, when one of its tests failed.
 * The shop's invariants are asserted after each test unless switched off.
 */
export function useDatabase(options: { invariants?: boolean } = {}): TestDatabase {
  const database = {} as TestDatabase;
  let failed = false;
  beforeAll(async () => {
    Object.assign(database, await cloneDatabase());
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") failed = true;
    else if (options.invariants !== false) await expectInvariants(database.sql);
  });
  afterAll(async () => {
    if (!database.name) return;
    if (failed) console.log(`Kept database ${database.name}`);
    await (failed ? database.sql.end({ timeout: 1 }) : database.drop());
  });
  return database;
}

/**
 * Connects to the database of a superuser's URL as the owner `postgres`. The session stays the superuser's, so that helpers can step aside
 * and act as Supabase Auth or PostgREST.
 */
export function openPool(superuserUrl: string, options: Options = {}): Pool {
  return connectTo(superuserUrl, { connection: asPostgres, ...options });
}

function openDatabase(name: string): TestDatabase {
  const superuser = changeUrl(inject("databaseUrl"), { database: name });
  const pools: Pool[] = [];
  const connect: TestDatabase["connect"] = (options) => {
    const sql = openPool(superuser, options);
    pools.push(sql);
    return sql;
  };
  const sql = connect({ max: 4 });
  return {
    name,
    url: changeUrl(superuser, { user: "postgres" }),
    sql,
    connect,
    rolledBack: (work) => rolledBack(sql, work),
    async drop() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      const admin = connectTo(changeUrl(superuser, { database: "template1" }));
      await admin`drop database if exists ${admin(name)} with (force)`.finally(() => admin.end());
    },
  };
}

async function rolledBack<T>(pool: Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = await pool.reserve();
  try {
    await sql`begin`;
    const result = await openTransaction.run(sql, () => work(sql));
    await asOwner(sql);
    await sql`set constraints all immediate`;
    await expectInvariants(sql);
    return result;
  } finally {
    await sql`rollback`;
    sql.release();
  }
}

function connectTo(url: string, options: Options = {}): Pool {
  return postgres(url, {
    max: 1,
    // Tests change functions and roles between statements; a prepared statement would remember the old ones.
    prepare: false,
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    ...options,
  }) as unknown as Pool;
}
