import { flushCompileCache } from "node:module";
import { Command, InvalidArgumentError } from "commander";
import { countDeadLetters, redrive } from "./dead-letters.ts";
import { createLog } from "./log.ts";
import { openBoss } from "./open-boss.ts";
import { QUEUES, type TaskName } from "./queues.ts";
import { readSettings, type Settings } from "./settings.ts";
import { startWorker } from "./worker.ts";

const program = new Command("worker")
  .description("Does what follows a sale: mails, refunds, expiry, reconciliation.")
  .option("--until-empty", "do everything that is due now, then exit 0 (for a schedule)")
  .option("--port <port>", "port of /health and /metrics (default: WORKER_PORT; none = not served)", toPort)
  .action(run);

program
  .command("dead-letters")
  .description("count the jobs that failed for good")
  .action(async () => {
    await withBoss(async (boss) => console.table(await countDeadLetters(boss)));
  });

program
  .command("redrive")
  .description("send jobs that failed for good back to their queue")
  .argument("[task]", "only those of this task", toTask)
  .action(async (task?: TaskName) => {
    await withBoss(async (boss) => console.log(`${await redrive(boss, task)} jobs sent back.`));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(options: { untilEmpty?: boolean; port?: number }): Promise<void> {
  const read = readSettings(process.env);
  const settings: Settings = { ...read, port: options.port ?? read.port };
  const log = createLog(settings.logLevel);
  const ending = new AbortController();
  const ended = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (ending.signal.aborted) process.exit(1);
        ending.abort();
        resolve(signal);
      });
    }
  });
  const starting = startWorker(settings, log, { continuous: !options.untilEmpty, signal: ending.signal });
  const worker = await starting;
  flushCompileCache(); // where NODE_COMPILE_CACHE names one; a worker that is killed would leave nothing in it
  await Promise.race([options.untilEmpty ? worker.untilEmpty() : new Promise(() => {}), ended]);
  await worker.stop();
}

async function withBoss(use: (boss: Awaited<ReturnType<typeof openBoss>>) => Promise<void>): Promise<void> {
  const { databaseUrl, logLevel } = readSettings(process.env);
  const boss = await openBoss(databaseUrl, createLog(logLevel === "info" ? "warn" : logLevel), { byTheClock: false });
  try {
    await use(boss);
  } finally {
    await boss.stop({ graceful: false, close: true });
  }
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}

function toTask(text: string): TaskName {
  if (Object.hasOwn(QUEUES, text)) return text as TaskName;
  throw new InvalidArgumentError(`Known tasks: ${Object.keys(QUEUES).join(", ")}.`);
}
