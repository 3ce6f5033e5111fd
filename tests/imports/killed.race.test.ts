import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../packages/worker/src/database.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { runJob } from "./dying-run.ts";
import { csv } from "./importing.ts";

const database = useDatabase();

const file = (slug: string) =>
  csv(
    ["slug", "kind", "status", "title", "sku"],
    ...Array.from({ length: 50 }, (_, at) => [`${slug}-${at}`, "physical", "published", "Torn", `${slug}-${at}`]),
  );

/** Queues an import and its process. */
async function queued({ sql }: TestDatabase): Promise<{ id: string; process: string }> {
  const [row] = await sql`select private.start_import('products', 'torn.csv', false, null) as import`;
  const id = row?.import.id;
  await sql`select private.queue_import(${id}, 9999)`;
  const [process] = await sql`
    select private.queue_process('imports.run-import', (select id from public.events where name = 'import.queued' and subject_id = ${id}), 'import', ${id}) as id`;
  return { id, process: process?.id };
}

/** Starts a worker with this import in a process of its own and kills it when its products are written and its variants are not. */
async function killMidway(target: TestDatabase, process: string, id: string, text: string): Promise<void> {
  const lane = target.connect({ max: 1 });
  try {
    await lane.begin(async (sql) => {
      await sql`lock table public.variants in share mode`;
      const child = spawn(globalThis.process.execPath, [
        join(import.meta.dirname, "dying-run.ts"),
        target.url,
        process,
        id,
        text,
      ]);
      const exited = once(child, "exit");
      try {
        await eventually(target.sql, "wait_event_type = 'Lock'", (waiting) => waiting > 0);
        const [written] = await target.sql`
          select count(*) as locks from pg_locks where relation = 'public.products'::regclass and mode = 'RowExclusiveLock' and granted`;
        expect(Number(written?.locks)).toBeGreaterThan(0);
      } finally {
        child.kill("SIGKILL");
        await exited;
      }
    });
  } finally {
    await lane.end();
  }
  // the server finds out when it has something to say to the dead
  await eventually(target.sql, "application_name = 'seatline worker'", (left) => left === 0);
}

/** A worker is killed while its file is half written; then another takes the job up. */
async function killedAndRetried(target: TestDatabase): Promise<void> {
  const { sql } = target;
  const { id, process } = await queued(target);
  const text = file("torn");
  const [before] = await sql`select count(*)::integer as audited from public.audit_log`;
  await killMidway(target, process, id, text);

  expect(
    await sql`select slug from public.products where slug like 'torn-%' union all select sku from public.variants where sku like 'torn-%'`,
  ).toEqual([]);
  expect(await sql`select count(*)::integer as audited from public.audit_log`).toEqual([before]);
  expect(await sql`select name from public.events where name = 'import.ended' and subject_id = ${id}`).toEqual([]);
  const [torn] = await sql`select public.find_import(${id}) as report`;
  expect(torn?.report).toMatchObject({ status: "running", result: null, process: { status: "running", attempts: 1 } });

  const worker = openDatabase(target.url);
  try {
    await runJob(worker, process, id, text);
  } finally {
    await worker.end();
  }
  const [done] = await sql`select public.find_import(${id}) as report`;
  expect(done?.report).toMatchObject({
    status: "done",
    row_count: 50,
    result: { products: { created: 50 }, variants: { created: 50 } },
    process: { status: "done", attempts: 2 },
  });
  const [after] = await sql`select count(*)::integer as audited from public.audit_log`;
  expect(after?.audited - before?.audited).toBe(100);
  await expectInvariants(sql);
}

test("a worker that is killed while it writes a file leaves nothing of it, and the next one writes it once", () =>
  killedAndRetried(database));

test("that test notices a run that goes on with what a dead one had staged", () =>
  withSabotage(
    replaceInFunction("private.start_import_run", "perform private.forget_staged(v_import.id);", ""),
    killedAndRetried,
    { rounds: 1 },
  ));

test("a file whose worker died in the last attempt is told as failed, and staff have it written by trying again", async () => {
  const { sql } = database;
  const { id, process } = await queued(database);
  const text = file("last");
  await killMidway(database, process, id, text);
  await sql`select private.fail_process(${process}, 'The worker died in the last attempt.', true)`;
  const [failed] = await sql`select public.find_import(${id}) as report`;
  expect(failed?.report).toMatchObject({
    status: "running",
    process: { status: "failed", attempts: 1, error: "The worker died in the last attempt." },
  });
  await sql`select public.retry_process(${process})`;
  const worker = openDatabase(database.url);
  try {
    await runJob(worker, process, id, text);
  } finally {
    await worker.end();
  }
  const [done] = await sql`select public.find_import(${id}) as report`;
  expect(done?.report).toMatchObject({ status: "done", process: { status: "done", attempts: 2, error: null } });
});

/** Resolves when the number of this database's connections of which `condition` holds is as wished. */
async function eventually(sql: TestDatabase["sql"], condition: string, wished: (count: number) => boolean) {
  for (let look = 0; look < 3000; look++) {
    const [row] = await sql.unsafe(
      `select count(*)::integer as count from pg_stat_activity where datname = current_database() and ${condition}`,
    );
    if (wished(row?.count)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It did not come to pass within 30 s: ${condition}`);
}
