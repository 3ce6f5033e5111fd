import { setTimeout as sleep } from "node:timers/promises";
import type { JobResult, JobWithMetadata, PgBoss } from "pg-boss";
import { openProviders } from "../../../supabase/functions/_shared/payments/open-providers.ts";
import { openCarriers } from "../../../supabase/functions/_shared/shipping/open-carriers.ts";
import { applyTakenEvents } from "./apply-taken-events.ts";
import { openDatabase, type Sql } from "./database.ts";
import { type Health, serveHealth } from "./health-server.ts";
import type { Log } from "./log.ts";
import { openMailer } from "./mailer.ts";
import { createMetrics } from "./metrics.ts";
import { openBoss } from "./open-boss.ts";
import { CERTIFICATE_BUCKET, INVOICE_BUCKET, openPdfFiles } from "./pdf-files.ts";
import {
  EVENT_TASKS,
  type EventJob,
  type EventTaskName,
  POLL_SECONDS,
  SCHEDULED_TASKS,
  type TaskName,
} from "./queues.ts";
import { Relay } from "./relay.ts";
import { RightOfWay } from "./right-of-way.ts";
import { type Runner, runEventTask, runScheduledTask } from "./run-task.ts";
import type { Settings } from "./settings.ts";
import { openStoredFiles } from "./stored-files.ts";
import { openStripe } from "./stripe.ts";
import { eventTasks, scheduledTasks } from "./tasks/index.ts";

const BUSY_PAUSE = 20;
const IDLE_PAUSE = 1_000;
const FAILURE_PAUSE = 15_000;
const STOP_TIMEOUT = 30_000;
/** So long at most does what follows a sale wait for sales that wait themselves, each time. */
const GIVE_WAY = 10_000;

/** A running worker. */
export type Worker = {
  /** Resolves when there is nothing left to relay or to run now; jobs that wait for a later retry stay queued. */
  untilEmpty(): Promise<void>;
  /** Takes no more work, waits for what is running (30 s at most), closes everything. */
  stop(): Promise<void>;
};

/** Starts a worker. `continuous: false` neither relays nor keeps schedules by itself: for `untilEmpty`. */
export async function startWorker(
  settings: Settings,
  log: Log,
  options: { continuous: boolean; signal?: AbortSignal },
): Promise<Worker> {
  const sql = openDatabase(settings.databaseUrl, (error) => log.warn({ err: error }, "a connection was lost"));
  const replica = openDatabase(settings.replicaUrl, (error) =>
    log.warn({ err: error }, "a connection to the replica was lost"),
  );
  const metrics = createMetrics(sql, log);
  const mailer = openMailer(settings.smtpUrl, settings.mailFrom);
  const facts = {
    started_at: new Date().toISOString(),
    relayed_at: null as string | null,
    ready: false,
    stopping: false,
  };
  const { host, port } = settings;
  const server = port === undefined ? undefined : await serveHealth({ host, port }, () => health(sql, facts), metrics);

  const boss = await openBoss(settings.databaseUrl, log, { byTheClock: options.continuous, signal: options.signal });
  const providers = openProviders(openStripe(settings.stripeKey, settings.stripeApiBase), {
    EWALLET_API_BASE: settings.ewallet?.base,
    EWALLET_API_KEY: settings.ewallet?.key,
  });
  const pdfFiles = (bucket: string) => openPdfFiles(settings.supabaseUrl, settings.supabaseSecretKey, bucket);
  const invoiceFiles = pdfFiles(INVOICE_BUCKET);
  const certificateFiles = pdfFiles(CERTIFICATE_BUCKET);
  const storedFiles = openStoredFiles(settings.supabaseUrl, settings.supabaseSecretKey);
  const carriers = openCarriers(settings.carrier);
  const tools = { sql, replica, mailer, providers, carriers, invoiceFiles, certificateFiles, storedFiles, settings };
  const way = new RightOfWay(GIVE_WAY);
  const wake = await takeWork(boss, { tools, log, observe: metrics.observe }, way);
  const off: ReadonlySet<EventTaskName> = new Set(
    settings.production ? [] : ["production.push-order", "production.tell-change"],
  );
  const relay = new Relay(sql, boss, log, off);
  const stopping = new AbortController();

  const relayOnce = async () => {
    const relayed = await relay.relayBatch();
    facts.relayed_at = new Date().toISOString();
    metrics.relayed(relayed.events);
    for (const task of relayed.tasks) wake(task);
    return relayed.events;
  };
  const relayBehind = async () => {
    await way.wait();
    return await relayOnce();
  };
  const applyOnce = () => applyTakenEvents(sql, log, (events) => way.set(events > 0));
  const loops = options.continuous
    ? Promise.all([
        keepDoing("relaying", relayBehind, stopping.signal, log),
        keepDoing("applying", applyOnce, stopping.signal, log),
      ])
    : Promise.resolve();
  facts.ready = true;
  log.info({ port: settings.port, continuous: options.continuous }, "worker started");

  return {
    untilEmpty: () => drain(sql, boss, relayOnce, wake),
    async stop() {
      facts.stopping = true;
      stopping.abort();
      way.set(false);
      await loops;
      way.set(false);
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT, close: true });
      mailer.close();
      await Promise.all([sql.end(), replica.end()]);
      server?.close();
      server?.closeAllConnections();
      log.info("worker stopped");
    },
  };
}

/** Registers every task with its queue; the returned function makes a queue look for work now instead of at its next poll. */
async function takeWork(boss: PgBoss, runner: Runner, way: RightOfWay): Promise<(task: TaskName) => void> {
  const workers = new Map<TaskName, string>();
  const common = { perJobResults: true, includeMetadata: true } as const;
  for (const name of EVENT_TASKS) {
    const run = async (jobs: JobWithMetadata<EventJob>[]): Promise<JobResult[]> => {
      await way.wait();
      return await Promise.all(jobs.map((job) => runEventTask(name, eventTasks[name], job, runner)));
    };
    const options = {
      ...common,
      batchSize: 10,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: POLL_SECONDS,
    } as const;
    workers.set(name, await boss.work<EventJob, JobResult[], typeof options>(name, options, run));
  }
  for (const name of SCHEDULED_TASKS) {
    const run = (jobs: JobWithMetadata<object>[]): Promise<JobResult[]> =>
      Promise.all(jobs.map((job) => runScheduledTask(name, scheduledTasks[name], job, runner)));
    const options = { ...common, batchSize: 1, pollingIntervalSeconds: 5 } as const;
    workers.set(name, await boss.work<object, JobResult[], typeof options>(name, options, run));
  }
  return (task) => {
    const id = workers.get(task);
    if (id) boss.notifyWorker(id);
  };
}

/** Does a batch of something again and again: at once while there was something to do, each second when there was not. */
async function keepDoing(what: string, once: () => Promise<number>, signal: AbortSignal, log: Log): Promise<void> {
  let pause = BUSY_PAUSE;
  while (!signal.aborted) {
    try {
      pause = (await once()) > 0 ? BUSY_PAUSE : Math.min(pause * 1.5, IDLE_PAUSE);
    } catch (error) {
      pause = Math.min(Math.max(pause * 2, 500), FAILURE_PAUSE);
      log.warn({ err: error, pause_ms: pause }, `${what} failed; trying again`);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

async function drain(
  sql: Sql,
  boss: PgBoss,
  relayOnce: () => Promise<number>,
  wake: (task: TaskName) => void,
): Promise<void> {
  // Null means that a run of this schedule is queued or running already, which is as good.
  for (const name of SCHEDULED_TASKS) await boss.send(name, {});
  let quietRounds = 0;
  while (quietRounds < 2) {
    let relayed = 0;
    for (let events = await relayOnce(); events > 0; events = await relayOnce()) relayed += events;
    for (const name of [...SCHEDULED_TASKS, ...EVENT_TASKS]) wake(name);
    const open = await sql`
      select from pgboss.job
      where name = any (${[...SCHEDULED_TASKS, ...EVENT_TASKS]}::text[])
        and (state = 'active' or state in ('created', 'retry') and start_after <= now())
      limit 1`;
    quietRounds = relayed === 0 && open.length === 0 ? quietRounds + 1 : 0;
    await sleep(50);
  }
}

async function health(
  sql: Sql,
  facts: { started_at: string; relayed_at: string | null; ready: boolean; stopping: boolean },
): Promise<Health> {
  const database = await Promise.race([
    sql`select 1`.then(
      () => "reachable",
      () => "away",
    ),
    sleep(2_000, "away", { ref: false }),
  ]);
  return { ok: database === "reachable" && facts.ready && !facts.stopping, database, ...facts };
}
