import { randomUUID } from "node:crypto";
import type { JobResult, JobWithMetadata } from "pg-boss";
import { z } from "zod";
import { correlated, type Transaction } from "./database.ts";
import type { Log } from "./log.ts";
import type { TaskObserver } from "./metrics.ts";
import { PermanentFailure } from "./permanent-failure.ts";
import type { EventJob, EventTaskName, ScheduledTaskName, TaskName } from "./queues.ts";
import type { EventTask, ScheduledTask, Tools } from "./tasks/task.ts";

/** What a run needs beside the task itself. */
export type Runner = { tools: Tools; log: Log; observe: TaskObserver };

const Payload = z.object({
  process_id: z.guid(),
  event_id: z.number().nullable(),
  subject_id: z.guid().nullable(),
  correlation_id: z.string().nullable(),
});

/** Runs one job of a task that follows an event: registers the attempt, runs it, and says how the job ended. Never throws. */
export async function runEventTask(
  name: EventTaskName,
  task: EventTask,
  job: JobWithMetadata<EventJob>,
  runner: Runner,
): Promise<JobResult> {
  const payload = Payload.safeParse(job.data);
  if (!payload.success) {
    runner.log.error({ task: name, job_id: job.id }, "a job without a readable payload goes to the dead letters");
    runner.observe(name, "failed", 0);
    return { id: job.id, status: "deadletter", output: { message: z.prettifyError(payload.error) } };
  }
  const data = payload.data;
  const correlationId = data.correlation_id ?? `event-${data.event_id}`;
  const log = runner.log.child({
    task: name,
    correlation_id: correlationId,
    process_id: data.process_id,
    job_id: job.id,
  });
  // What this attempt says of its process by, so that it says nothing once another worker has taken the job up.
  let attempt: number | null = null;
  return await settle(
    name,
    job,
    { ...runner, log },
    {
      run: async () => {
        const { sql } = runner.tools;
        const [started] = await sql<{ attempt: number | null }[]>`
          select private.start_process(${data.process_id}) as attempt`;
        attempt = started?.attempt ?? null;
        if (attempt === null) return "stale";
        let completed = false;
        const complete = async (effect: (transaction: Transaction) => Promise<void>) => {
          await correlated(sql, correlationId, async (transaction) => {
            await effect(transaction);
            await transaction`select private.finish_process(${data.process_id}, null, ${attempt})`;
          });
          completed = true;
        };
        const handOver = async (message: string | null) => {
          await correlated(sql, correlationId, async (transaction) => {
            await transaction`select private.hand_over_process(${data.process_id}, ${message}, ${attempt})`;
          });
          completed = true;
        };
        await task(data, { ...runner.tools, log, correlationId, signal: job.signal, complete, handOver });
        if (!completed) await complete(async () => {});
        return "done";
      },
      failed: async (message, final) => {
        await runner.tools.sql`select private.fail_process(${data.process_id}, ${message}, ${final}, ${attempt ?? 0})`;
      },
    },
  );
}

/** Runs one job of a task that runs by the clock. A run that moved nothing leaves no row in `processes`. Never throws. */
export async function runScheduledTask(
  name: ScheduledTaskName,
  task: ScheduledTask,
  job: JobWithMetadata<object>,
  runner: Runner,
): Promise<JobResult> {
  const { sql } = runner.tools;
  const correlationId = `schedule-${randomUUID()}`;
  const log = runner.log.child({ task: name, correlation_id: correlationId, job_id: job.id });
  const record = async (error: string | null) => {
    await sql.begin(async (transaction) => {
      const [row] = await transaction`
        select private.queue_process(${name}, null, 'schedule', null, ${correlationId}) as process_id`;
      await transaction`select private.start_process(${row?.process_id})`;
      if (error === null) await transaction`select private.finish_process(${row?.process_id})`;
      else await transaction`select private.fail_process(${row?.process_id}, ${error}, true)`;
    });
  };
  return await settle(
    name,
    job,
    { ...runner, log },
    {
      run: async () => {
        const moved = await task({ ...runner.tools, log, correlationId, signal: job.signal });
        if (moved === 0) return "stale";
        log.info({ moved }, "scheduled task moved rows");
        await record(null);
        return "done";
      },
      failed: record,
    },
  );
}

type Steps = {
  run: () => Promise<"done" | "stale">;
  failed: (message: string, final: boolean) => Promise<void>;
};

async function settle(
  name: TaskName,
  job: JobWithMetadata<object>,
  { log, observe }: Runner,
  steps: Steps,
): Promise<JobResult> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const outcome = await steps.run();
    observe(name, outcome, seconds());
    if (outcome === "done") log.info({ seconds: seconds() }, "task done");
    return { id: job.id, status: "completed", output: { outcome } };
  } catch (error) {
    const permanent = error instanceof PermanentFailure;
    const final = permanent || job.retryCount >= job.retryLimit;
    const message = error instanceof Error ? error.message : String(error);
    observe(name, "failed", seconds());
    log.error({ err: error, attempt: job.retryCount + 1, final }, "task failed");
    await steps
      .failed(message, final)
      .catch((reason) => log.error({ err: reason }, "the failure could not be written to its process"));
    return { id: job.id, status: permanent ? "deadletter" : "failed", output: { message } };
  }
}
