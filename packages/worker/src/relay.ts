import type { JobInsert, PgBoss } from "pg-boss";
import { isConnectionLoss, type Sql, type Transaction } from "./database.ts";
import { FOR_GOODS, listenersOf } from "./listeners.ts";
import type { Log } from "./log.ts";
import { EVENT_TASKS, type EventJob, type EventTaskName } from "./queues.ts";

const BATCH = 200;
const PAUSE_AFTER_FAILURE = 30_000;

type EventRow = {
  id: number;
  name: string;
  subject_type: string;
  subject_id: string;
  payload: Record<string, unknown>;
  correlation_id: string | null;
};
type Wanted = { task: EventTaskName; job: EventJob };

/** How many events a batch took, and which queues got jobs. */
export type Relayed = { events: number; tasks: ReadonlySet<EventTaskName> };

/**
 * Carries events into queues. The batch is locked with skip locked, the jobs are inserted and `relayed_at` is set in one
 * transaction, so that an event gives each listener one job whatever dies in between. An event that cannot be relayed
 * is put aside for half a minute and does not hold up the others.
 */
export class Relay {
  readonly #sql: Sql;
  readonly #boss: PgBoss;
  readonly #log: Log;
  readonly #off: ReadonlySet<EventTaskName>;
  readonly #aside = new Map<number, number>();

  /** Events get no job for a task that is `off`: what is not set up leaves no trace. */
  constructor(sql: Sql, boss: PgBoss, log: Log, off: ReadonlySet<EventTaskName> = new Set()) {
    this.#off = off;
    this.#sql = sql;
    this.#boss = boss;
    this.#log = log;
  }

  /** Relays one batch, oldest first. Throws when the database is away. */
  async relayBatch(limit = BATCH): Promise<Relayed> {
    try {
      return await this.#transfer(limit);
    } catch (error) {
      if (isConnectionLoss(error) || limit === 1) throw error;
      this.#log.warn({ err: error }, "a batch could not be relayed; taking its events one by one");
      return await this.#oneByOne(limit);
    }
  }

  async #oneByOne(limit: number): Promise<Relayed> {
    let events = 0;
    const tasks = new Set<EventTaskName>();
    for (let count = 0; count < limit; count++) {
      const taken: number[] = [];
      try {
        const relayed = await this.#transfer(1, taken);
        if (relayed.events === 0) break;
        events += relayed.events;
        for (const task of relayed.tasks) tasks.add(task);
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        for (const id of taken) this.#aside.set(id, Date.now() + PAUSE_AFTER_FAILURE);
        this.#log.error({ err: error, event_ids: taken }, "an event cannot be relayed; trying it again later");
        if (taken.length === 0) break;
      }
    }
    return { events, tasks };
  }

  async #transfer(limit: number, taken: number[] = []): Promise<Relayed> {
    const aside = this.#stillAside();
    return await this.#sql.begin(async (transaction) => {
      const events = await transaction<EventRow[]>`
        select id, name, subject_type, subject_id, payload, correlation_id
        from public.events
        where relayed_at is null and id <> all (${aside}::bigint[])
        order by id
        limit ${limit}
        for update skip locked`;
      if (events.length === 0) return { events: 0, tasks: new Set<EventTaskName>() };
      const ids = events.map((event) => event.id);
      taken.push(...ids);
      const wanted = [
        ...(await queueProcesses(transaction, events, this.#off)),
        ...(await retriedProcesses(transaction, events)),
      ];
      const tasks = await this.#send(transaction, wanted);
      await transaction`update public.events set relayed_at = now() where id = any (${ids}::bigint[])`;
      return { events: events.length, tasks };
    });
  }

  async #send(transaction: Transaction, wanted: Wanted[]): Promise<Set<EventTaskName>> {
    const byTask = Map.groupBy(wanted, ({ task }) => task);
    const db = { executeSql: transaction.execute };
    for (const [task, entries] of byTask) {
      const jobs: JobInsert<EventJob>[] = entries.map(({ job }) => ({ data: job }));
      const sent = await this.#boss.insert(task, jobs, { db, returnId: true });
      // pg-boss answers null or fewer ids when it took no job. Committing then would lose the listener's work in silence.
      if (sent?.length !== jobs.length) {
        throw new Error(`Queue ${task} took ${sent?.length ?? 0} of ${jobs.length} jobs. Check that the queue exists.`);
      }
    }
    return new Set(byTask.keys());
  }

  #stillAside(): number[] {
    const now = Date.now();
    for (const [id, until] of this.#aside) if (until <= now) this.#aside.delete(id);
    return [...this.#aside.keys()];
  }
}

async function queueProcesses(
  transaction: Transaction,
  events: EventRow[],
  off: ReadonlySet<EventTaskName>,
): Promise<Wanted[]> {
  const listening = events.flatMap((event) => listenersOf(event.name, off).map((task) => ({ task, event })));
  const goods = await ordersWithGoods(transaction, listening);
  const wanted = listening.filter(({ task, event }) => !FOR_GOODS.has(task) || goods.has(event.subject_id));
  if (wanted.length === 0) return [];
  const rows = await transaction<{ process_id: string }[]>`
    select private.queue_process(task, event_id, subject_type, subject_id, correlation_id) as process_id
    from unnest(
      ${wanted.map(({ task }) => task)}::text[], ${wanted.map(({ event }) => event.id)}::bigint[],
      ${wanted.map(({ event }) => event.subject_type)}::text[], ${wanted.map(({ event }) => event.subject_id)}::uuid[],
      ${wanted.map(({ event }) => event.correlation_id)}::text[]
    ) with ordinality as wanted (task, event_id, subject_type, subject_id, correlation_id, position)
    order by position`;
  return wanted.map(({ task, event }, position) => {
    const process = rows[position];
    if (!process) throw new Error(`No process was registered for ${task} of event ${event.id}.`);
    const { id: event_id, subject_id, correlation_id } = event;
    return { task, job: { process_id: process.process_id, event_id, subject_id, correlation_id } };
  });
}

/** Those of the orders that a task for goods listens to which have goods: most purchases have none, and need no job to find that out. */
async function ordersWithGoods(
  transaction: Transaction,
  listening: { task: EventTaskName; event: EventRow }[],
): Promise<Set<string>> {
  const orders = listening.filter(({ task }) => FOR_GOODS.has(task)).map(({ event }) => event.subject_id);
  if (orders.length === 0) return new Set();
  const rows = await transaction<{ order_id: string }[]>`
    select distinct order_id from public.order_items where order_id = any (${orders}::uuid[]) and kind = 'physical'`;
  return new Set(rows.map(({ order_id }) => order_id));
}

/** Processes that staff queued again: the same process, one more job. A scheduled one is repeated by its schedule. */
async function retriedProcesses(transaction: Transaction, events: EventRow[]): Promise<Wanted[]> {
  const retried = events.filter((event) => event.name === "process.retried").map((event) => event.subject_id);
  if (retried.length === 0) return [];
  await transaction`
    update public.processes
    set status = 'cancelled', finished_at = now(), error = 'The next run of the schedule repeats it.'
    where id = any (${retried}::uuid[]) and status = 'queued' and event_id is null`;
  const rows = await transaction<(EventJob & { task: string })[]>`
    select id as process_id, task, event_id, subject_id, correlation_id
    from public.processes
    where id = any (${retried}::uuid[]) and status = 'queued' and event_id is not null`;
  return rows.filter(isKnown).map(({ task, ...job }) => ({ task, job }));
}

function isKnown<Row extends { task: string }>(row: Row): row is Row & { task: EventTaskName } {
  return (EVENT_TASKS as readonly string[]).includes(row.task);
}
