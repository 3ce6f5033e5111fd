import { randomUUID } from "node:crypto";
import { correlated, openDatabase, type Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import type { EventRunContext, EventTask } from "../../packages/worker/src/tasks/task.ts";
import type { Database } from "../../supabase/functions/_shared/call-verb.ts";
import type { TestDatabase } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { actingAs } from "./acting-as.ts";

/** Lets the next run of a step crash, in this process. */
export async function crashAt(simulator: { url: string }, name: string): Promise<void> {
  process.env.SEATLINE_FAILPOINTS_URL = simulator.url;
  const body = JSON.stringify([{ name }]);
  const answer = await fetch(`${simulator.url}/simulator/failpoints`, { method: "PUT", body });
  if (!answer.ok) throw new Error(await answer.text());
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
): Promise<void> {
  const correlationId = `test-${randomUUID()}`;
  const log = { info() {}, warn() {}, error() {} };
  const complete: EventRunContext["complete"] = (effect) => correlated(tools.sql, correlationId, effect);
  const job = { process_id: randomUUID(), event_id: null, subject_id: subjectId, correlation_id: correlationId };
  const signal = new AbortController().signal;
  await task(job, { log, correlationId, signal, complete, ...tools } as unknown as EventRunContext);
}
