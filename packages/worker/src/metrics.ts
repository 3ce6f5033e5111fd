import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Sql } from "./database.ts";
import type { Log } from "./log.ts";
import { DEAD_LETTERS, EVENT_TASKS, SCHEDULED_TASKS, type TaskName } from "./queues.ts";

/** How a run ended: it did its work, found nothing to do, or failed. */
export type RunOutcome = "done" | "stale" | "failed";
/** Told about every run. */
export type TaskObserver = (task: TaskName, outcome: RunOutcome, seconds: number) => void;

/** What the worker counts, and what it reads from the database when Prometheus asks. */
export type Metrics = {
  registry: Registry;
  observe: TaskObserver;
  relayed: (events: number) => void;
};

/** Makes the metrics of one worker. The gauges are read at scrape time and stay unset while the database is away. */
export function createMetrics(sql: Sql, log: Log): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const runs = new Histogram({
    name: "seatline_task_seconds",
    help: "Duration of task runs by task and outcome (done, stale, failed).",
    labelNames: ["task", "outcome"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const relayed = new Counter({
    name: "seatline_events_relayed_total",
    help: "Events carried into queues by this worker.",
    registers: [registry],
  });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const depth = gauge("seatline_queue_jobs", "Jobs by queue and state (ready, deferred, active).", ["queue", "state"]);
  const dead = gauge("seatline_dead_letters", "Jobs that failed for good and wait for a redrive.");
  const oldestEvent = gauge(
    "seatline_oldest_event_seconds",
    "Age of the oldest event that is not relayed; 0 when none.",
  );
  const oldestPayment = gauge("seatline_oldest_open_payment_seconds", "Age of the oldest open payment; 0 when none.");
  const concerns = gauge("seatline_open_concerns", "What stays open for longer than its kind allows, by kind.", [
    "kind",
  ]);
  const inbox = gauge("seatline_provider_events_pending", "Provider events that were received and not yet applied.");

  const read = async () => {
    const queues = await sql<{ queue: string; ready: number; deferred: number; active: number }[]>`
      select name as queue,
        count(*) filter (where state in ('created', 'retry') and start_after <= now()) as ready,
        count(*) filter (where state in ('created', 'retry') and start_after > now()) as deferred,
        count(*) filter (where state = 'active') as active
      from pgboss.job
      where state in ('created', 'retry', 'active')
      group by name`;
    depth.reset();
    for (const task of [...EVENT_TASKS, ...SCHEDULED_TASKS]) {
      const row = queues.find(({ queue }) => queue === task);
      for (const state of ["ready", "deferred", "active"] as const)
        depth.set({ queue: task, state }, row?.[state] ?? 0);
    }
    const letters = queues.find(({ queue }) => queue === DEAD_LETTERS);
    dead.set((letters?.ready ?? 0) + (letters?.deferred ?? 0));
    const [ages] = await sql<{ event: number; payment: number; pending: number }[]>`
      select
        coalesce((select extract(epoch from now() - events.occurred_at) from public.events
          where events.relayed_at is null order by events.id limit 1), 0)::float8 as event,
        coalesce((select extract(epoch from now() - min(payments.created_at)) from public.payments
          where payments.status in ('pending', 'processing')), 0)::float8 as payment,
        (select count(*) from private.provider_events where provider_events.processed_at is null) as pending`;
    oldestEvent.set(ages?.event ?? 0);
    oldestPayment.set(ages?.payment ?? 0);
    inbox.set(ages?.pending ?? 0);
    const open = await sql<{ kind: string; open: number }[]>`
      select concern_kinds.kind, count(overdue.key) as open
      from private.concern_kinds left join private.overdue_concerns() as overdue on overdue.kind = concern_kinds.kind
      group by concern_kinds.kind`;
    for (const { kind, open: count } of open) concerns.set({ kind }, count);
  };
  const metrics = registry.metrics.bind(registry);
  registry.metrics = async () => {
    await read().catch((error) => log.warn({ err: error }, "the gauges could not be read"));
    return await metrics();
  };
  return {
    registry,
    observe: (task, outcome, seconds) => runs.observe({ task, outcome }, seconds),
    relayed: (events) => relayed.inc(events),
  };
}
