import { randomUUID } from "node:crypto";
import type { JobWithMetadata, PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import { countDeadLetters, redrive } from "../../packages/worker/src/dead-letters.ts";
import { createLog } from "../../packages/worker/src/log.ts";
import { openBoss } from "../../packages/worker/src/open-boss.ts";
import {
  EVENT_TASKS,
  type EventJob,
  HEARTBEAT_SECONDS,
  LOOK_SECONDS,
  POLL_SECONDS,
  QUEUES,
  SCHEDULES,
} from "../../packages/worker/src/queues.ts";
import { Relay } from "../../packages/worker/src/relay.ts";
import { runEventTask } from "../../packages/worker/src/run-task.ts";
import { readEvents } from "../../packages/worker/src/tasks/payments.read-events.ts";
import { sendRefund } from "../../packages/worker/src/tasks/payments.send-refund.ts";
import type { Tools } from "../../packages/worker/src/tasks/task.ts";
import { openProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import type { PaymentProvider } from "../../supabase/functions/_shared/payments/provider.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCheckout } from "../../supabase/functions/checkout/handler.ts";
import { clientOf, runByClock, workerSql } from "../payments/crashing.ts";
import { outcomeOf } from "../payments/outcome.ts";
import { openOrder, PRICE } from "../payments/sale.ts";
import { orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { startSilentWorker } from "../support/worker.ts";

const database = useDatabase();
const log = createLog("silent");
let simulator: Simulator;
let sql: WorkerSql;

beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  sql = workerSql(database);
});
afterAll(async () => {
  await sql?.end();
  await simulator?.stop();
});

/** A refund that the worker has to send, and its job. */
async function wantedRefund(provider: PaymentProvider) {
  const order = await openOrder(database.sql);
  const body = JSON.stringify({ order_id: order.orderId });
  const providers = { stripe: provider };
  const deps = { asUser: clientOf(database, order.customerId), asService: clientOf(database, "service"), providers };
  const request = new Request("http://functions.test", { method: "POST", body });
  await handleCheckout(request, { ...deps, storefrontUrl: "http://shop.test", now: () => Date.now() });
  const [payment] = await database.sql`select session_id from public.payments where order_id = ${order.orderId}`;
  await fetch(`${simulator.url}/simulator/sessions/${payment?.session_id}/pay`, { method: "POST" });
  await runByClock(readEvents, { sql, providers });
  await database.sql`select private.undo_order(${order.orderId}, 'a test gives it back')`;
  const [refund] = await database.sql`
    select refunds.id, events.id as event_id from public.refunds
    join public.events on subject_id = refunds.id and name = 'refund.requested' where order_id = ${order.orderId}`;
  const [row] =
    await database.sql`select private.queue_process('payments.send-refund', ${refund?.event_id}, 'refund', ${refund?.id}) as id`;
  const data = { process_id: row?.id, event_id: refund?.event_id, subject_id: refund?.id, correlation_id: "a-test" };
  return { order, data };
}

/** One worker's run of a job. */
const runBy = (provider: PaymentProvider, data: EventJob) =>
  runEventTask(
    "payments.send-refund",
    sendRefund,
    {
      id: randomUUID(),
      data,
      signal: new AbortController().signal,
      retryCount: 0,
      retryLimit: 60,
    } as JobWithMetadata<EventJob>,
    { tools: { sql, providers: { stripe: provider } } as unknown as Tools, log, observe() {} },
  );

describe("a worker that freezes with a refund in its hands and wakes after another has made it", () => {
  /** `moment`: whether it had asked the provider when it froze. */
  const onceInAll = async (moment: "before" | "after", key: (wish: { attempt: number }) => object = () => ({})) => {
    const stripe = createStripe({ STRIPE_SECRET_KEY: "sk_test_jobs", STRIPE_API_BASE: simulator.url });
    const provider = openProviders(stripe, {}).stripe;
    const frozen = Promise.withResolvers<void>();
    const wakes = Promise.withResolvers<void>();
    const ask: PaymentProvider["refund"] = (wish) => provider.refund({ ...wish, ...key(wish) });
    const freeze = async () => {
      frozen.resolve();
      await wakes.promise;
    };
    const freezing = { ...provider };
    freezing.refund = async (wish) => {
      if (moment === "before") await freeze();
      const made = await ask(wish);
      if (moment === "after") await freeze();
      return made;
    };
    const { order, data } = await wantedRefund(provider);
    const first = runBy(freezing, data);
    await frozen.promise;
    expect((await runBy({ ...provider, refund: ask }, data)).status).toBe("completed");
    wakes.resolve();
    expect((await first).status).toBe("completed");
    const { refunds } = (await (await fetch(`${simulator.url}/simulator/truth`)).json()) as {
      refunds: { metadata: { order_id?: string }; amount: number }[];
    };
    const made = refunds.filter(({ metadata }) => metadata.order_id === order.orderId);
    expect(
      made.map(({ amount }) => amount),
      "refunds at the provider",
    ).toEqual([PRICE]);
    expect(await outcomeOf(database.sql, order)).toMatchObject({
      refunds: [`order_cancelled success ${PRICE}`],
      events: { "refund.succeeded": 1 },
    });
    const [process] = await database.sql`select status, attempts from public.processes where id = ${data.process_id}`;
    expect(process).toEqual({ status: "done", attempts: 2 });
  };

  test.each(["before", "after"] as const)("gives the money back once, frozen %s it asked", (moment) =>
    onceInAll(moment),
  );

  test("but twice without the provider's idempotency key", async () => {
    const forgetful = () => ({ amount: PRICE / 2, attempt: Math.floor(Math.random() * 1e9) });
    await expect(onceInAll("after", forgetful)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

/** Somebody takes a free seat of a priced kind: an order that is paid, which several tasks follow. */
async function paidOrder(): Promise<string> {
  const { variantId } = await publishedIntake(database.sql);
  return (await orderOne(database.sql, await newCustomer(database.sql), variantId)).id;
}

const stateOf = async (orderId: string) =>
  (
    await database.sql`select status from public.processes where task = 'invoices.issue-invoice' and subject_id = ${orderId}`
  )[0]?.status;

describe("a job that nobody can read", () => {
  test("goes to the dead letters at once, holds up no neighbour, and can be sent back", async () => {
    const boss = await openBoss(database.url, log, { byTheClock: false });
    try {
      await boss.send("invoices.issue-invoice", { process_id: "nonsense" });
      const neighbour = await paidOrder();
      const worker = await startSilentWorker(database.url);
      try {
        await worker.untilEmpty();
        expect(await stateOf(neighbour)).toBe("done");
        const dead = { task: "invoices.issue-invoice", jobs: 1 };
        expect(await countDeadLetters(boss)).toEqual([dead]);
        expect(await redrive(boss, "invoices.issue-invoice")).toBe(1);
        await worker.untilEmpty();
        expect(await countDeadLetters(boss), "it is no better for that").toEqual([dead]);
      } finally {
        await worker.stop();
      }
    } finally {
      await boss.stop({ graceful: false, close: true });
    }
  });
});

describe("a queue that takes no job and says nothing", () => {
  test("loses no event: it stays in the log until its jobs are there", async () => {
    const order = await paidOrder();
    const left = async () =>
      (
        await database.sql`select count(*) from public.events where subject_id = ${order} and name = 'order.paid' and relayed_at is null`
      )[0]?.count;
    for (const answer of [null, []]) {
      const silent = { insert: async () => answer } as unknown as PgBoss;
      await new Relay(sql, silent, log).relayBatch();
      expect(await left()).toBe(1);
      expect(await stateOf(order)).toBeUndefined();
    }
    const worker = await startSilentWorker(database.url);
    await worker.untilEmpty();
    await worker.stop();
    expect([await left(), await stateOf(order)]).toEqual([0, "done"]);
  });
});

describe("a worker that starts again", () => {
  const start = async () => {
    const boss = await openBoss(database.url, log, { byTheClock: true });
    await boss.stop({ graceful: false, close: true });
  };
  // updated_on is when a definition was written last; looking after a queue leaves it alone
  const queues = () =>
    database.sql`select name, updated_on, retry_limit, heartbeat_seconds from pgboss.queue order by name`;
  const schedules = () => database.sql`select name, updated_on, cron, timezone from pgboss.schedule order by name`;

  test("writes nothing into queues and schedules that are as they should be", async () => {
    await start();
    const before = [await queues(), await schedules()];
    await start();
    expect([await queues(), await schedules()]).toEqual(before);
    expect(before.map(({ length }) => length > 20)).toEqual([true, true]);
  });

  test("puts right what another version left", async () => {
    await start();
    const as = async () => [
      (await queues()).map(({ updated_on: _, ...queue }) => queue),
      (await schedules()).map(({ updated_on: _, ...schedule }) => schedule),
    ];
    const right = await as();
    await database.sql`update pgboss.queue set retry_limit = 1, heartbeat_seconds = null where name = 'payments.send-refund'`;
    await database.sql`update pgboss.schedule set cron = '0 0 * * *' where name = 'orders.expire-due'`;
    await database.sql`update pgboss.schedule set timezone = 'Asia/Jakarta' where name = 'alerts.raise'`;
    await database.sql`delete from pgboss.schedule where name = 'payments.reconcile'`;
    expect(await as()).not.toEqual(right);
    await start();
    expect(await as()).toEqual(right);
  });
});

test("a job whose worker is gone goes to another within a minute", () => {
  // somebody looks, and may have looked just before
  const noticed = HEARTBEAT_SECONDS + 2 * LOOK_SECONDS;
  for (const task of EVENT_TASKS) {
    const { heartbeatSeconds, retryLimit = 0, retryDelay = Number.POSITIVE_INFINITY } = QUEUES[task];
    expect([task, heartbeatSeconds, retryLimit > 0]).toEqual([task, HEARTBEAT_SECONDS, true]);
    expect(noticed + retryDelay + POLL_SECONDS, task).toBeLessThanOrEqual(60);
  }
});

test("what no webhook tells is asked for within ten minutes, even by who looks just before it happens", () => {
  for (const task of ["payments.reconcile", "payments.read-events"] as const) {
    const [, minutes] = /^\*\/(\d+) \* \* \* \*$/.exec(SCHEDULES[task]) ?? [];
    expect(2 * Number(minutes), task).toBeLessThanOrEqual(10);
  }
});
