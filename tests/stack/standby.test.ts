import { getPriority } from "node:os";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type RunningPostgres,
  type RunningStandby,
  startPostgres,
  startStandby,
} from "../../packages/stack/src/index.ts";
import { bootstrap } from "../../packages/stack/src/postgres/index.ts";
import { freePorts } from "../support/free-ports.ts";
import { smallServer, temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

const home = temporaryHome();
const log = `${home}/standby.log`;
let primary: RunningPostgres;
let standby: RunningStandby;
let port = 0;

const primaryOptions = () => ({ home, port, password: "of-this-test", settings: smallServer });
const standbyOptions = () => ({ port: port + 1, log, settings: smallServer });

beforeAll(async () => {
  port = await freePorts(2);
  primary = await startPostgres(primaryOptions());
  await bootstrap(primary.url);
  standby = await startStandby(primary, standbyOptions());
});

afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
});

async function on<Result>(url: string, use: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

/** Writes a value on the primary and waits until the standby shows it. */
async function arrives(value: number): Promise<void> {
  await on(primary.url, async (sql) => {
    await sql`create table if not exists public.mirrored (value int)`;
    await sql`insert into public.mirrored values (${value})`;
  });
  await until(
    () => on(standby.url, async (sql) => (await sql`select from public.mirrored where value = ${value}`).length === 1),
    45,
  );
}

test("what the primary commits arrives on the standby", async () => {
  await arrives(1);
});

test("the standby refuses writes", async () => {
  const write = on(standby.url, (sql) => sql`create table public.refused (value int)`);
  await expect(write).rejects.toMatchObject({ code: "25006" });
});

test("the standby runs at lower priority than the primary", () => {
  expect(getPriority(standby.pid)).toBeGreaterThan(getPriority(primary.pid));
});

test("a stopped standby catches up with what it missed", async () => {
  await standby.stop();
  await on(primary.url, (sql) => sql`insert into public.mirrored values (2)`);
  standby = await startStandby(primary, standbyOptions());
  await arrives(3);
  expect(await on(standby.url, (sql) => sql`select value from public.mirrored order by 1`)).toHaveLength(3);
});

test("a standby whose primary has moved on beyond its log is copied again", async () => {
  await standby.stop();
  await on(primary.url, async (sql) => {
    await sql`alter system set wal_keep_size = 0`;
    await sql`select pg_reload_conf()`;
    for (let round = 0; round < 3; round++) {
      await sql`insert into public.mirrored select 1000 from generate_series(1, 1000)`;
      await sql`select pg_switch_wal()`;
      await sql`checkpoint`;
    }
  });
  standby = await startStandby(primary, standbyOptions());
  await arrives(4);
});
