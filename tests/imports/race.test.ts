import type { JobWithMetadata } from "pg-boss";
import { expect, test } from "vitest";
import { openDatabase } from "../../packages/worker/src/database.ts";
import type { EventJob } from "../../packages/worker/src/queues.ts";
import { type Runner, runEventTask } from "../../packages/worker/src/run-task.ts";
import { runImport } from "../../packages/worker/src/tasks/imports.run-import.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

/** Queues an import of three products, starts its run and stages its rows; gives the id. */
async function staged({ sql }: TestDatabase, slug = "raced"): Promise<string> {
  const [row] = await sql`select private.start_import('products', 'race.csv', false, null) as import`;
  const id = row?.import.id;
  await sql`select private.queue_import(${id}, 99), private.start_import_run(${id})`;
  await stage({ sql } as TestDatabase, id, 1, slug);
  return id;
}

const stage = async ({ sql }: TestDatabase, id: string, run: number, slug = "raced") =>
  (
    await sql`select private.load_import_rows(${id}, ${run}, '{slug,kind,title}', (
      select jsonb_agg(jsonb_build_object('row_number', row, 'record', jsonb_build_object('slug', ${slug}::text || '-' || row, 'kind', 'physical', 'title', 'Raced')))
      from generate_series(2, 4) as row), '[]', 50) as current`
  )[0]?.current;

async function appliedOnce(target: TestDatabase): Promise<void> {
  const id = await staged(target);
  const { values, errors } = await race(
    target,
    8,
    async (sql) => (await sql`select private.run_import(${id}, 1) as result`)[0]?.result,
  );
  expect(errors).toEqual([]);
  expect(values.filter((result) => result !== null)).toMatchObject([{ products: { created: 3 } }]);
  const [ended] =
    await target.sql`select count(*)::integer as times from public.events where name = 'import.ended' and subject_id = ${id}`;
  expect(ended).toEqual({ times: 1 });
}

test("a run that eight workers end at once is applied once", () => appliedOnce(database));

test("that test notices runs that do not look whether they ended", () =>
  withSabotage(replaceInFunction("private.run_import", "and imports.status = 'running'", ""), appliedOnce, {
    rounds: 1,
  }));

test("a run that another overtook stages and writes nothing more", async () => {
  const id = await staged(database);
  const [second] = await database.sql`select private.start_import_run(${id}) as run`;
  expect(second?.run).toMatchObject({ run: 2 });
  expect(await stage(database, id, 1)).toBe(false);
  expect(await database.sql`select private.run_import(${id}, 1) as result`).toEqual([{ result: null }]);
  expect(await stage(database, id, 2)).toBe(true);
  // as after a crash of Postgres, which empties what is not logged
  await database.sql`delete from private.import_rows where row_number = 3`;
  await expect(database.sql`select private.run_import(${id}, 2)`).rejects.toThrow("run it again");
  expect(await database.sql`select status from public.imports where id = ${id}`).toEqual([{ status: "running" }]);
});

test("the words of a file are sorted beside it before it is committed, and nobody waits for that", async () => {
  const id = await staged(database, "sorted-words");
  const found = () => database.sql`select slug from public.products where slug like 'sorted-words-%'`;
  await database.sql.begin(async (sql) => {
    await sql`select private.run_import(${id}, 1)`;
    await database.sql`select private.sort_pending_words()`;
    expect(await found()).toEqual([]);
  });
  expect(await found()).toHaveLength(3);
  const byIndex = await database.sql.begin(async (sql) => {
    await sql`set local enable_seqscan = off`;
    return await sql`select title from private.product_search where content like '%sorted%' or content like '%raced%'`;
  });
  expect(byIndex.length).toBeGreaterThanOrEqual(3);
});

/** A worker that was thought dead goes on reading after another took its job up; gives what the process says while the other still runs. */
async function overtakenWhileReading(target: TestDatabase): Promise<void> {
  const [row] = await target.sql`select private.start_import('stock', 'slow.csv', false, null) as import`;
  const id = row?.import.id;
  await target.sql`select private.queue_import(${id}, 99)`;
  const [queued] = await target.sql`
    select private.queue_process('imports.run-import', (select id from public.events where name = 'import.queued' and subject_id = ${id}), 'import', ${id}) as id`;
  const sql = openDatabase(target.url);
  async function* slowly() {
    yield Buffer.from("sku,on_hand\nA,1\n");
    await target.sql`select private.start_process(${queued?.id}), private.start_import_run(${id})`;
    yield Buffer.from("B,1\n");
  }
  const runner = {
    tools: { sql, storedFiles: { open: async () => slowly() } },
    log: { child: () => runner.log, info() {}, error() {} },
    observe() {},
  } as unknown as Runner;
  const job = {
    id: "slow",
    data: { process_id: queued?.id, event_id: null, subject_id: id, correlation_id: null },
    retryCount: 0,
    retryLimit: 8,
    signal: new AbortController().signal,
  } as unknown as JobWithMetadata<EventJob>;
  try {
    expect(await runEventTask("imports.run-import", runImport, job, runner)).toMatchObject({ status: "completed" });
    const [process] = await target.sql`select status, attempts from public.processes where id = ${queued?.id}`;
    expect(process).toEqual({ status: "running", attempts: 2 });
    const [run] = await target.sql`select status, run from public.imports where id = ${id}`;
    expect(run).toEqual({ status: "running", run: 2 });
  } finally {
    await sql.end();
  }
}

test("a run that another overtook does not call the job done that the other is still at", () =>
  overtakenWhileReading(database));

test("that test notices a process that any attempt may end", () =>
  withSabotage(
    replaceInFunction("private.finish_process", /and processes.attempts = coalesce\([^;]*/, ""),
    overtakenWhileReading,
    { rounds: 1 },
  ));

/** Goods are sold and not committed yet when a file that counted them is applied. */
async function countedUnderSale(target: TestDatabase): Promise<void> {
  const variant = await stockedVariant(target.sql, 10);
  const buyer = await newCustomer(target.sql);
  const [row] = await target.sql`select private.start_import('stock', 'count.csv', false, null) as import`;
  const id = row?.import.id;
  await target.sql`select private.queue_import(${id}, 99), private.start_import_run(${id})`;
  await target.sql`select private.load_import_rows(${id}, 1, '{sku,on_hand}', (
    select jsonb_build_array(jsonb_build_object('row_number', 2, 'record', jsonb_build_object('sku', sku, 'on_hand', '20'))) from public.variants where id = ${variant}), '[]', 50)`;
  let applied: Promise<unknown> = Promise.resolve();
  await target.sql.begin(async (sql) => {
    await buyUnits(sql, buyer, [{ variant, quantity: 2 }]);
    const lane = target.connect({ max: 1 });
    applied = lane`select private.run_import(${id}, 1)`.finally(() => lane.end());
    applied.catch(() => {});
    await somebodyWaits(target.sql);
  });
  await applied;
  expect(await target.sql`select status from public.imports where id = ${id}`).toEqual([{ status: "done" }]);
  expect(await target.sql`select on_hand::integer from public.stock_levels where variant_id = ${variant}`).toEqual([
    { on_hand: 20 },
  ]);
  await expectInvariants(target.sql);
}

test("units that were being sold while a file was applied are counted after the sale", () =>
  countedUnderSale(database));

test("that test notices a file whose units are compared before their slots are held", () =>
  withSabotage(
    replaceInFunction("private.lock_import_stock", /perform from public\.stock_slots[^;]*;/, ""),
    countedUnderSale,
    { rounds: 1 },
  ));

/** Staff write while an import has written everything and not committed yet; the audit log is whole whoever commits first. */
async function writtenBeside(target: TestDatabase): Promise<void> {
  const id = await staged(target, "beside");
  const lane = target.connect({ max: 1 });
  try {
    await target.sql.begin(async (sql) => {
      expect((await sql`select private.run_import(${id}, 1) as result`)[0]?.result).toMatchObject({
        products: { created: 3 },
      });
      let written = false;
      const write = lane`update public.settings set value = '31' where key = 'hold_minutes'`.then(() => {
        written = true;
      });
      await Promise.race([write, somebodyWaits(target.sql, () => written)]);
      expect(written).toBe(true);
    });
  } finally {
    await lane.end();
  }
  await expectInvariants(target.sql);
}

test("staff who write during an import do not wait for it", () => writtenBeside(database));

test("that test notices an audit log that is sealed before its transaction commits", () =>
  withSabotage(
    replaceInFunction("private.audit_rows", "if cardinality(", "perform private.last_audit_seal(); if cardinality("),
    writtenBeside,
    { rounds: 1 },
  ));

/** Resolves when a connection of this database waits for a lock, or when nobody will any more. */
async function somebodyWaits(sql: TestDatabase["sql"], nobodyWill = () => false): Promise<void> {
  for (let look = 0; look < 400 && !nobodyWill(); look++) {
    const [row] =
      await sql`select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (row?.waiting > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (!nobodyWill()) throw new Error("Nobody came to wait within 4 s.");
}
