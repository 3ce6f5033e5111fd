import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Worker } from "../../packages/worker/src/index.ts";
import { paidBasket } from "../payments/giving-back.ts";
import { enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { startSilentWorker } from "../support/worker.ts";
import { queuedPush } from "./handing-over.ts";

const database = useDatabase();
const SECRET = "a secret of sixteen and more";
const workers: Worker[] = [];
let simulator: Simulator;

beforeAll(async () => {
  const production = { secret: SECRET, reportUrl: null, reportSecret: "" };
  simulator = await startSimulator({ port: 0, production });
});
// A worker that knows no production system would take what the next test retries, and drop it.
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await simulator?.stop();
});

/** A worker of this process, with nothing but the database and perhaps a production system behind it. */
async function open(production: Record<string, string>): Promise<Worker> {
  const worker = await startSilentWorker(database.url, production);
  workers.push(worker);
  return worker;
}

const pushing = (url = `${simulator.url}/production/orders`, secret = SECRET) =>
  open({ PRODUCTION_URL: url, PRODUCTION_SECRET: secret, PRODUCTION_TIMEOUT_MS: "2000" });

async function behave(how: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${simulator.url}/simulator/production`, { method: "PUT", body: JSON.stringify(how) });
  if (!response.ok) throw new Error(await response.text());
}

/** What production was given of one order. */
async function given(orderId: string): Promise<{ effect_key: string; received: number; process_id: string }[]> {
  const { orders } = (await (await fetch(`${simulator.url}/simulator/production`)).json()) as {
    orders: { effect_key: string; received: number; process_id: string }[];
  };
  return orders.filter(({ effect_key }) => effect_key === `order.paid:${orderId}`);
}

async function paidOrder(): Promise<string> {
  const { intakeId } = await publishedIntake(database.sql);
  return (await enroll(database.sql, await newCustomer(database.sql), intakeId)).order.id;
}

async function processOf(orderId: string) {
  const [row] = await database.sql`
    select id, status, attempts, error, message from public.processes where subject_id = ${orderId} and task = 'production.push-order'`;
  return row;
}

const due = () =>
  database.sql`update pgboss.job set start_after = now() where name = 'production.push-order' and state = 'retry'`;

describe("a paid order", { timeout: 60_000 }, () => {
  test("is pushed nowhere while no endpoint is configured, and leaves no job", async () => {
    const worker = await open({});
    const orderId = await paidOrder();
    await worker.untilEmpty();
    expect(await processOf(orderId)).toBeUndefined();
  });

  test("is pushed once, signed, and waits for the report", async () => {
    const worker = await pushing();
    await behave({ answer: "accept", reports: [] });
    const orderId = await paidOrder();
    await worker.untilEmpty();
    const process = await processOf(orderId);
    expect(process).toMatchObject({ status: "waiting", attempts: 1, error: null, message: "In the queue." });
    expect(await given(orderId)).toMatchObject([{ received: 1, process_id: process?.id }]);
  });

  test("is done when production says so at once; after failures it is tried again under the same key", async () => {
    const worker = await pushing();
    await behave({ answer: "error" });
    const orderId = await paidOrder();
    await worker.untilEmpty();
    expect(await processOf(orderId)).toMatchObject({
      status: "queued",
      attempts: 1,
      error: expect.stringContaining("503"),
    });
    await behave({ answer: "done" });
    await due();
    await worker.untilEmpty();
    expect(await processOf(orderId)).toMatchObject({
      status: "done",
      attempts: 2,
      error: null,
      message: "Made at once.",
    });
    expect(await given(orderId)).toMatchObject([{ received: 1 }]);
  });

  test("that was to be tried again is kept by a worker that knows no endpoint any more", async () => {
    const worker = await pushing();
    await behave({ answer: "error" });
    const orderId = await paidOrder();
    await worker.untilEmpty();
    await workers.pop()?.stop();
    const unknowing = await open({});
    await due();
    await unknowing.untilEmpty();
    expect(await processOf(orderId)).toMatchObject({
      status: "queued",
      error: expect.stringContaining("PRODUCTION_URL"),
    });
    expect(await given(orderId)).toEqual([]);
  });

  test.each([
    ["refuse", /422.*do not make/],
    ["redirect", /307.*not followed/],
  ])("is failed at once when production answers with %s", async (answer, error) => {
    const worker = await pushing();
    await behave({ answer });
    const orderId = await paidOrder();
    await worker.untilEmpty();
    expect(await processOf(orderId)).toMatchObject({
      status: "failed",
      attempts: 1,
      error: expect.stringMatching(error),
    });
  });

  test("is not taken with another secret, and tried again", async () => {
    const worker = await pushing(undefined, "some other secret of theirs");
    const orderId = await paidOrder();
    await worker.untilEmpty();
    expect(await processOf(orderId)).toMatchObject({ status: "queued", error: expect.stringContaining("401") });
    expect(await given(orderId)).toEqual([]);
  });

  test("is kept for later while production cannot be reached or gives no answer in time", async () => {
    await behave({ answer: "hang" });
    for (const [url, reason] of [
      ["http://127.0.0.1:9/orders", "could not be reached"],
      [undefined, "no answer in time"],
    ]) {
      const worker = await pushing(url);
      const orderId = await paidOrder();
      await worker.untilEmpty();
      expect(await processOf(orderId)).toMatchObject({
        status: "queued",
        error: expect.stringContaining(String(reason)),
      });
    }
  });
});

describe("a paid order that waits for a person", { timeout: 60_000 }, () => {
  const pushes = async (orderId: string) => {
    const rows = await database.sql`select status from public.processes
      where subject_id = ${orderId} and task = 'production.push-order' order by event_id`;
    return rows.map(({ status }) => status);
  };
  const decide = (orderId: string, resolution: string) =>
    database.sql`select public.resolve_order_review(${orderId}, ${resolution}, 'a test decides')`;

  test("is pushed once, when the review has ended well", async () => {
    await behave({ answer: "done" });
    const worker = await pushing();
    const orderId = await paidOrder();
    await database.sql`select private.flag_order(${orderId}, 'a test wants a person')`;
    await worker.untilEmpty();
    expect([await given(orderId), await pushes(orderId)]).toEqual([[], ["cancelled"]]);
    await decide(orderId, "fulfil");
    await worker.untilEmpty();
    expect(await given(orderId)).toMatchObject([{ received: 1 }]);
    expect(await pushes(orderId)).toEqual(["cancelled", "done"]);
    await database.sql`select private.flag_order(${orderId}, 'again')`;
    await decide(orderId, "fulfil");
    await worker.untilEmpty();
    expect(await given(orderId), "not a second time").toMatchObject([{ received: 1 }]);
    const changes =
      await database.sql`select status from public.processes where subject_id = ${orderId} and task = 'production.tell-change'`;
    expect(changes).toHaveLength(2);
  });

  test("has its parcels opened then, too", async () => {
    const worker = await pushing();
    const { orderId } = await database.sql.begin((sql) => paidBasket(sql as unknown as Sql));
    await database.sql`select private.flag_order(${orderId}, 'a test wants a person')`;
    await worker.untilEmpty();
    const parcels = () => database.sql`select status from public.shipments where order_id = ${orderId}`;
    expect(await parcels()).toEqual([]);
    await decide(orderId, "fulfil");
    await worker.untilEmpty();
    expect(await parcels()).toEqual([{ status: "pending" }]);
  });

  test("is not pushed when the review ended it", async () => {
    const worker = await pushing();
    const orderId = await paidOrder();
    await database.sql`select private.flag_order(${orderId}, 'a test wants a person')`;
    await decide(orderId, "close");
    await worker.untilEmpty();
    expect(await given(orderId)).toEqual([]);
  });
});

test("an endpoint without a secret is refused at start", async () => {
  await expect(open({ PRODUCTION_URL: "http://127.0.0.1:9" })).rejects.toThrow(/PRODUCTION_SECRET/);
});
describe("an order that production was given", { timeout: 60_000 }, () => {
  const tellings = async (orderId: string) =>
    database.sql`select status, message from public.processes where subject_id = ${orderId} and task = 'production.tell-change' order by created_at`;

  test("is told when it is cancelled; one that it never had is not", async () => {
    await behave({ answer: "done" });
    const worker = await pushing();
    const orderId = await paidOrder();
    await worker.untilEmpty();
    await database.sql`select public.cancel_order(${orderId}, 'a test cancels it')`;
    await worker.untilEmpty();
    expect(await tellings(orderId)).toMatchObject([{ status: "done" }]);
    const { orders } = (await (await fetch(`${simulator.url}/simulator/production`)).json()) as { orders: object[] };
    expect(JSON.stringify(orders)).toContain("order.cancelled:");
    const never = await paidOrder();
    await database.sql`select public.cancel_order(${never}, 'before it was pushed')`;
    await worker.untilEmpty();
    expect(await given(never)).toEqual([]);
  });

  test("is told after the push that is under way, not before", async () => {
    const { processId, orderId } = await queuedPush(database.sql);
    await database.sql`select private.start_process(${processId})`;
    await database.sql`select public.cancel_order(${orderId}, 'a test cancels it')`;
    const [event] =
      await database.sql`select id from public.events where subject_id = ${orderId} and name = 'order.cancelled'`;
    const [row] = await database.sql`select private.production_change(${event?.id}) as document`;
    expect(row?.document).toMatchObject({ wait: true, type: "order.cancelled", order: { status: "cancelled" } });
  });
});
