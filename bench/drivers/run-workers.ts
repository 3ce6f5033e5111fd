import { fork } from "node:child_process";
import { join } from "node:path";
import type { Load } from "./driver.ts";

/** What a worker process is told. */
export type WorkerTask = { url: string; statement: string; clients: number; warmUpMs: number; countMs: number };

/** What a worker process answers. */
export type WorkerAnswer = { done: number } | { error: string };

/** Runs one statement with postgres.js in up to two processes and gives transactions per second after the warm-up. */
export async function runWorkers(load: Load, signal: AbortSignal): Promise<number> {
  const processes = Math.min(2, load.clients);
  const shares = Array.from({ length: processes }, (_, index) =>
    Math.floor((load.clients + processes - 1 - index) / processes),
  );
  const counts = await Promise.all(shares.map((clients) => work(load, clients, signal)));
  return counts.reduce((sum, count) => sum + count, 0) / load.seconds;
}

function work(load: Load, clients: number, signal: AbortSignal): Promise<number> {
  const task: WorkerTask = {
    url: load.url,
    statement: load.statement,
    clients,
    warmUpMs: load.warmUp * 1000,
    countMs: load.seconds * 1000,
  };
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "load-worker.ts"), { signal });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`A load worker ended early (${code}).`)));
    child.on("message", (answer: WorkerAnswer) => {
      if ("done" in answer) resolve(answer.done);
      else reject(new Error(answer.error));
    });
    child.send(task);
  });
}
