import postgres from "postgres";
import type { WorkerAnswer, WorkerTask } from "./run-workers.ts";

process.once("message", async (task: WorkerTask) => {
  const answer = await load(task).catch((error): WorkerAnswer => ({ error: String(error) }));
  process.send?.(answer, () => process.exit(0));
});

async function load(task: WorkerTask): Promise<WorkerAnswer> {
  const sql = postgres(task.url, { max: task.clients, onnotice: () => {}, idle_timeout: 0 });
  const from = performance.now() + task.warmUpMs;
  const until = from + task.countMs;
  let done = 0;
  const client = async () => {
    while (performance.now() < until) {
      await sql.unsafe(task.statement, [], { prepare: true });
      const now = performance.now();
      if (now >= from && now < until) done++;
    }
  };
  await Promise.all(Array.from({ length: task.clients }, client));
  await sql.end();
  return { done };
}
