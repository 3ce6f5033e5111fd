import { describe, expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, type Check, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("ten relays at once", () => {
  /** Each takes batches as the worker's relay does until nothing is left, and registers a job for each event. */
  const relays =
    (lock: string): Check =>
    async (target) => {
      for (let count = 0; count < 60; count++) await newCustomer(target.sql);
      const { values, errors } = await race(target, 10, async (sql) => {
        const taken: number[] = [];
        for (;;) {
          const batch = await sql.begin(async (tx) => {
            const events = await tx.unsafe(
              `select id, subject_id from public.events where relayed_at is null order by id limit 7 ${lock}`,
            );
            for (const { id, subject_id } of events) {
              await tx`select private.queue_process('notifications.send-welcome', ${id}, 'profile', ${subject_id})`;
            }
            const ids = events.map(({ id }) => id as number);
            await tx`update public.events set relayed_at = now() where id = any (${ids}::bigint[])`;
            return ids;
          });
          if (batch.length === 0) return taken;
          taken.push(...batch);
        }
      });
      expect(errors.map(String)).toEqual([]);
      const events = await target.sql`select id, relayed_at is not null as relayed from public.events`;
      expect(events.every(({ relayed }) => relayed)).toBe(true);
      expect(values.flat().toSorted((a, b) => a - b)).toEqual([...new Set(values.flat())].toSorted((a, b) => a - b));
      const jobs = await target.sql`select event_id from public.processes`;
      expect(jobs.length).toBe(new Set(jobs.map(({ event_id }) => event_id)).size);
    };

  test("take each event once", async () => {
    await relays("for update skip locked")(database);
  });

  test("take some twice when they do not lock what they take", async () => {
    await withSabotage("select 1", relays(""));
  });
});

describe("one event relayed by twenty at once", () => {
  test("is one process", async () => {
    await oneProcess(database);
  });

  test("is twenty processes without its unique key", async () => {
    await withSabotage(
      allOf(
        "alter table public.processes drop constraint processes_run_once_per_event",
        replaceInFunction(
          "private.queue_process",
          "on conflict on constraint processes_run_once_per_event do update set task = excluded.task",
          "",
        ),
      ),
      oneProcess,
    );
  });
});

async function oneProcess(target: TestDatabase): Promise<void> {
  const subject = await newCustomer(target.sql);
  const [event] = await target.sql`select id from public.events where subject_id = ${subject}`;
  const { values, errors } = await race(target, 20, async (sql) => {
    const [row] =
      await sql`select private.queue_process('notifications.send-welcome', ${event?.id}, 'profile', ${subject}) as id`;
    return row?.id;
  });
  expect(errors.map(String)).toEqual([]);
  expect(new Set(values).size).toBe(1);
}

describe("a failed process retried by twenty at once", () => {
  test("is queued once, with one event", async () => {
    await oneRetry(database);
  });

  test("is queued twenty times when its status is not asked", async () => {
    await withSabotage(replaceInFunction("private.retry_process", "and processes.status = 'failed'", ""), oneRetry);
  });
});

async function oneRetry(target: TestDatabase): Promise<void> {
  const [job] =
    await target.sql`select private.queue_process('notifications.send-welcome', null, 'profile', gen_random_uuid()) as id`;
  await target.sql`select private.start_process(${job?.id})`;
  await target.sql`select private.fail_process(${job?.id}, 'no such mailbox', true)`;
  const { values, errors } = await race(target, 20, async (sql) => {
    const refusal = await refusalOf(() => sql`select public.retry_process(${job?.id})`);
    return refusal?.code ?? "queued";
  });
  expect(errors.map(String)).toEqual([]);
  expect(values.toSorted()).toEqual([...Array(19).fill("process_not_retryable"), "queued"]);
  const events = await target.sql`select from public.events where subject_id = ${job?.id}`;
  expect(events).toHaveLength(1);
}
