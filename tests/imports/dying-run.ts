import type { JobWithMetadata } from "pg-boss";
import { openDatabase, type Sql } from "../../packages/worker/src/database.ts";
import type { EventJob } from "../../packages/worker/src/queues.ts";
import { type Runner, runEventTask } from "../../packages/worker/src/run-task.ts";
import { runImport } from "../../packages/worker/src/tasks/imports.run-import.ts";

/** Runs the job of an import as the worker does, with this text for its file. */
export function runJob(sql: Sql, processId: string, importId: string, text: string) {
  async function* arriving() {
    yield Buffer.from(text);
  }
  const runner = {
    tools: { sql, storedFiles: { open: async () => arriving() } },
    log: { child: () => runner.log, info() {}, error() {} },
    observe() {},
  } as unknown as Runner;
  const job = {
    id: "job",
    data: { process_id: processId, event_id: null, subject_id: importId, correlation_id: null },
    retryCount: 0,
    retryLimit: 8,
    signal: new AbortController().signal,
  } as unknown as JobWithMetadata<EventJob>;
  return runEventTask("imports.run-import", runImport, job, runner);
}

// A program of its own, so that a test can kill it: url, process, import, text.
if (import.meta.main) {
  const [url = "", processId = "", importId = "", text = ""] = process.argv.slice(2);
  await runJob(openDatabase(url), processId, importId, text);
}
