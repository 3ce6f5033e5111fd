import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JobWithMetadata } from "pg-boss";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import { createLog } from "../../packages/worker/src/log.ts";
import type { EventJob } from "../../packages/worker/src/queues.ts";
import { runEventTask } from "../../packages/worker/src/run-task.ts";
import { pushOrder } from "../../packages/worker/src/tasks/production.push-order.ts";
import { tellChange } from "../../packages/worker/src/tasks/production.tell-change.ts";
import type { Tools } from "../../packages/worker/src/tasks/task.ts";
import type { Failpoint } from "../../supabase/functions/_shared/failpoint.ts";
import { handleProcessUpdate } from "../../supabase/functions/process-update/handler.ts";
import { again, clientOf, crashAt, neverAgain, stepsOf, workerSql } from "../payments/crashing.ts";
import { useDatabase } from "../support/database.ts";
import { queuedPush, signatureOf, waitingPush } from "./handing-over.ts";

const database = useDatabase();
const SECRET = "a secret of sixteen and more";
let simulator: Simulator;
let sql: WorkerSql;

beforeAll(async () => {
  simulator = await startSimulator({ port: 0, production: { secret: SECRET, reportUrl: null, reportSecret: "" } });
  sql = workerSql(database);
});
afterEach(() => {
  delete process.env.SEATLINE_FAILPOINTS_URL;
});
afterAll(async () => {
  await sql?.end();
  await simulator?.stop();
});

type Task = "production.push-order" | "production.tell-change";

/** Runs a job as its queue does, and gives how it ended. */
async function run(task: Task, job: Omit<EventJob, "correlation_id">, url = `${simulator.url}/production/orders`) {
  const production = { url, secret: SECRET, timeout: 5_000 };
  const tools = { sql, settings: { production } } as unknown as Tools;
  const data = { ...job, correlation_id: "a-test" };
  const signal = new AbortController().signal;
  const queued = {
    id: randomUUID(),
    data,
    signal,
    retryCount: 0,
    retryLimit: 60,
  } as unknown as JobWithMetadata<EventJob>;
  const runner = { tools, log: createLog("silent"), observe() {} };
  return (await runEventTask(task, task === "production.push-order" ? pushOrder : tellChange, queued, runner)).status;
}

async function behave(answer: "accept" | "done"): Promise<void> {
  const body = JSON.stringify({ answer, reports: [] });
  await fetch(`${simulator.url}/simulator/production`, { method: "PUT", body });
}

/** The works that production was given about an order. */
async function works(orderId: string): Promise<string[]> {
  const [placed] = await database.sql`select number from public.orders where id = ${orderId}`;
  const answer = await fetch(`${simulator.url}/simulator/production`);
  const { orders } = (await answer.json()) as { orders: { effect_key: string; order: string }[] };
  return orders.filter(({ order }) => order === placed?.number).map(({ effect_key }) => effect_key.split(":")[0] ?? "");
}

const statusOf = async (processId: string) =>
  (await database.sql`select status from public.processes where id = ${processId}`)[0]?.status;

/** Crashes at a step and runs the job again, as the queue does. */
async function pushedOnce(step: Failpoint, answer: "accept" | "done", url?: string) {
  await behave(answer);
  const push = await queuedPush(database.sql);
  await crashAt(simulator, step);
  const job = { process_id: push.processId, event_id: push.eventId, subject_id: push.orderId };
  expect(await run("production.push-order", job, url)).toBe("failed");
  expect(await run("production.push-order", job, url)).toBe("completed");
  expect(await works(push.orderId), "what production makes").toEqual(["order.paid"]);
  expect(await statusOf(push.processId)).toBe(answer === "done" ? "done" : "waiting");
}

describe("an order that is pushed to production by a worker that crashes and tries again is one work", () => {
  test.each(stepsOf("push").flatMap((step) => [[step, "done"] as const, [step, "accept"] as const]))(
    "at %s, where it is answered with %s",
    (step, answer) => pushedOnce(step, answer),
  );

  test("but two without the key by which production knows it", async () => {
    const forgetful = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = {
        "seatline-signature": String(request.headers["seatline-signature"]),
        "idempotency-key": randomUUID(),
      };
      const answer = await fetch(`${simulator.url}/production/orders`, {
        method: "POST",
        body: Buffer.concat(chunks),
        headers,
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    await new Promise<void>((resolve) => forgetful.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(forgetful.address() as AddressInfo).port}`;
    await expect(pushedOnce("push.sent", "done", url)).rejects.toMatchObject({ name: "AssertionError" });
    forgetful.close();
  });
});

describe("a change that production is told by a worker that crashes and tries again is one change", () => {
  const toldOnce = async (step: Failpoint, tries = 2) => {
    await behave("done");
    const push = await queuedPush(database.sql);
    await run("production.push-order", {
      process_id: push.processId,
      event_id: push.eventId,
      subject_id: push.orderId,
    });
    await database.sql`select public.cancel_order(${push.orderId}, 'a test cancels it')`;
    const [event] =
      await database.sql`select id from public.events where subject_id = ${push.orderId} and name = 'order.cancelled'`;
    const [row] =
      await database.sql`select private.queue_process('production.tell-change', ${event?.id}, 'order', ${push.orderId}) as id`;
    const job = { process_id: row?.id, event_id: event?.id, subject_id: push.orderId };
    await crashAt(simulator, step);
    expect(await run("production.tell-change", job)).toBe("failed");
    if (tries > 1) expect(await run("production.tell-change", job)).toBe("completed");
    expect(await works(push.orderId)).toEqual(["order.paid", "order.cancelled"]);
    expect(await statusOf(row?.id)).toBe("done");
  };
  const steps = stepsOf("change");

  test.each(steps)("at %s", (step) => toldOnce(step));

  test("but none when nobody tries again", async () => {
    await expect(toldOnce(steps[0] as Failpoint, 1)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a report that crashes and is sent again counts once", () => {
  const countedOnce = async (step: Failpoint, tries = again) => {
    const { processId } = await waitingPush(database.sql);
    const body = JSON.stringify({
      process_id: processId,
      status: "done",
      message: "Made.",
      idempotency_key: randomUUID(),
    });
    const report = () => {
      const headers = { "seatline-signature": signatureOf(body, SECRET) };
      const request = new Request("http://functions.test", { method: "POST", body, headers });
      const reporters = [{ name: "production", secret: SECRET }];
      return handleProcessUpdate(request, {
        asService: clientOf(database, "service"),
        reporters,
        now: () => Date.now(),
      });
    };
    await crashAt(simulator, step);
    const answer = await tries(report);
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: "done", message: "Made." }]);
    expect(await (await report()).json(), "and so is every later one").toMatchObject({ status: "done" });
    const told =
      await database.sql`select to_status from public.status_changes where subject_id = ${processId} and to_status = 'done'`;
    expect(told).toHaveLength(1);
  };
  const steps = stepsOf("report");

  test.each(steps)("at %s", (step) => countedOnce(step));

  test("but not at all when the crash is answered with 200", async () => {
    await expect(countedOnce(steps[0] as Failpoint, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});
