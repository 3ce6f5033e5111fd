import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  databaseUrl,
  migrate,
  type RunningPostgres,
  type RunningStandby,
  startPostgres,
  startStandby,
} from "../../packages/stack/src/index.ts";
import { bootstrap } from "../../packages/stack/src/postgres/index.ts";
import { smallServer, temporaryHome } from "../stack/temporary-home.ts";
import { openPool, type Pool } from "../support/database.ts";
import { freePorts } from "../support/free-ports.ts";
import { newCustomer } from "../support/people.ts";
import { startSilentWorker } from "../support/worker.ts";
import { read, request } from "./reporting.ts";

const home = temporaryHome();
let primary: RunningPostgres;
let standby: RunningStandby;
let port = 0;
let sql: Pool;

const owner = () => databaseUrl({ port, password: "of-this-test", user: "postgres" });
const follow = () => startStandby(primary, { port: port + 1, log: `${home}/standby.log`, settings: smallServer });

beforeAll(async () => {
  port = await freePorts(2);
  primary = await startPostgres({ home, port, password: "of-this-test", settings: smallServer });
  await bootstrap(primary.url);
  await migrate(owner());
  standby = await follow();
  sql = openPool(primary.url, { max: 2 });
}, 120_000);

afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await standby?.stop();
  await primary?.stop();
});

/** Does all that is due now, with a worker that counts on the standby. */
async function work(): Promise<void> {
  const worker = await startSilentWorker(owner(), { REPLICA_DATABASE_URL: standby.url });
  await worker.untilEmpty();
  await worker.stop();
}

const signedUp = async (id: string) =>
  (await read<"customers">(sql, id)).rows?.reduce((sum, row) => sum + row.signed_up, 0);

test("a report is counted on the replica and says of what moment it is", async () => {
  await newCustomer(sql);
  const onStandby = postgres(databaseUrl({ port: port + 1, password: "of-this-test" }), { max: 1, onnotice: () => {} });
  const seen = async () => (await onStandby`select count(*)::integer as people from public.profiles`)[0]?.people;
  await expect.poll(seen).toBe(1);
  await onStandby`select pg_wal_replay_pause()`;
  await newCustomer(sql);
  const asked = new Date();
  const id = await request(sql, "customers");
  await work();
  expect(await signedUp(id)).toBe(1);
  const { as_of } = await read(sql, id);
  expect(Date.parse(as_of ?? "")).toBeLessThan(asked.getTime());
  await onStandby`select pg_wal_replay_resume()`;
  await expect.poll(seen).toBe(2);
  await onStandby.end();
  const again = await request(sql, "customers");
  await work();
  expect(await signedUp(again)).toBe(2);
});

test("while the replica is away a report waits, and says why, and is counted when it is back", async () => {
  await standby.stop();
  const id = await request(sql, "sales");
  await work();
  expect(await read(sql, id)).toMatchObject({
    status: "queued",
    rows: null,
    process: { status: "queued", attempts: 1 },
  });
  expect((await read(sql, id)).process?.error).toMatch(/ECONNREFUSED|connect/);
  standby = await follow();
  await sql`update pgboss.job set start_after = now() where name = 'reports.run-report' and state = 'retry'`;
  await work();
  expect(await read(sql, id)).toMatchObject({ status: "done", process: { status: "done", attempts: 2 } });
});

test("nothing that counts a report writes: the replica would refuse it", async () => {
  const kinds = await sql`select kind from private.report_kinds order by kind`;
  const ids = [];
  for (const { kind } of kinds) ids.push(await request(sql, kind));
  await work();
  for (const id of ids) expect(await read(sql, id)).toMatchObject({ status: "done" });
});
