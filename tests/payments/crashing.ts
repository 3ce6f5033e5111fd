import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { correlated, openDatabase, type Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import type { EventRunContext, EventTask, RunContext, ScheduledTask } from "../../packages/worker/src/tasks/task.ts";
import type { Database } from "../../supabase/functions/_shared/call-verb.ts";
import { FAILPOINTS, type Failpoint, FailpointReached } from "../../supabase/functions/_shared/failpoint.ts";
import type { TestDatabase } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { actingAs } from "./acting-as.ts";

/** What a step belongs to: the first word of its name. */
type Group = Failpoint extends `${infer What}.${string}` ? What : never;

/** Every step of these at which a crash can be tried out; a new one is tried by whoever tries the others. */
export function stepsOf(...groups: Group[]): Failpoint[] {
  return FAILPOINTS.filter((name) => groups.some((group) => name.startsWith(`${group}.`)));
}

/** Lets the next run of a step crash, in this process. */
export async function crashAt(simulator: { url: string }, name: Failpoint): Promise<void> {
  process.env.SEATLINE_FAILPOINTS_URL = simulator.url;
  const body = JSON.stringify([{ name }]);
  const answer = await fetch(`${simulator.url}/simulator/failpoints`, { method: "PUT", body });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Does something that crashes, then the same again; gives the second answer. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  const ending = await work().then(
    () => "it did not crash",
    (error) => error,
  );
  expect(causes(ending), "the crash that was asked for").toContainEqual(expect.any(FailpointReached));
  return work();
}

/** For the twins: the bug of a queue that takes a crash for an end, or of an endpoint that answers 200 whatever happened. Nobody tries again. */
export const neverAgain = (async (work: () => Promise<unknown>) => {
  await work().catch(() => {});
  return Response.json({});
}) as typeof again;

// Who asks several providers tells of what failed there at the end, and a function of a provider that is away.
function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [error];
}

/** The database as a function has it, for one person or the secret key, without PostgREST between. */
export function clientOf(database: TestDatabase, who: string): Database {
  const rpc = (verb: string, parameters: Record<string, unknown>) => ({
    setHeader: async () => {
      const names = Object.keys(parameters);
      const isJson = (name: string) => typeof parameters[name] === "object" && parameters[name] !== null;
      const values = names.map((name) => (isJson(name) ? JSON.stringify(parameters[name]) : parameters[name]));
      const given = names.map((name, at) => `${name} => $${at + 1}${isJson(name) ? "::text::jsonb" : ""}`);
      const call = `select public.${verb}(${given.join(", ")}) as answer`;
      let data: unknown;
      const refusal = await refusalOf(async () => {
        const [row] = await actingAs(database.sql, who, (sql) => sql.unsafe(call, values as never));
        data = row?.answer;
      });
      return refusal ? { data: null, error: refusal, status: refusal.status } : { data, error: null, status: 200 };
    },
  });
  return { rpc } as unknown as Database;
}

/** The worker's pool on this database; end it. */
export function workerSql(database: TestDatabase): WorkerSql {
  return openDatabase(database.url);
}

/** Runs a task of the worker once, as its queue does. */
export async function runTask(
  task: EventTask,
  subjectId: string,
  tools: Partial<EventRunContext> & { sql: WorkerSql },
  named: { process_id?: string; event_id?: number } = {},
): Promise<void> {
  const correlationId = `test-${randomUUID()}`;
  const log = { info() {}, warn() {}, error() {} };
  const complete: EventRunContext["complete"] = (effect) => correlated(tools.sql, correlationId, effect);
  const ids = { process_id: randomUUID(), event_id: null, ...named };
  const job = { ...ids, subject_id: subjectId, correlation_id: correlationId };
  const signal = new AbortController().signal;
  await task(job, { log, correlationId, signal, complete, ...tools } as unknown as EventRunContext);
}

/** Runs a task of the clock once; answers how many it moved. */
export function runByClock(task: ScheduledTask, tools: Partial<RunContext> & { sql: WorkerSql }): Promise<number> {
  const log = { info() {}, warn() {}, error() {} };
  const correlationId = `test-${randomUUID()}`;
  return task({ log, correlationId, signal: new AbortController().signal, ...tools } as unknown as RunContext);
}
