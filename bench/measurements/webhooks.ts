import { createHmac } from "node:crypto";
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import type { Bench } from "../bench.ts";
import { brokenInvariants, prepareGoods } from "../database/prepare-database.ts";
import { plain, type Row } from "../report/row.ts";
import { percentile } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

const PER_SECOND = 500;
/** More than this many unanswered at once means that the shop does not keep up; the run then ends. */
const MOST_WAITING = 2_000;
/** No order is paid later than this after its event was acknowledged, in milliseconds. */
const LONGEST = 10 * 60_000;

type Open = { session_id: string; order_id: string; payment_id: string; amount: string };

/**
 * Webhooks at 500 a second, each a payment that succeeded: sent when its time has come whether or not earlier ones were answered, and measured
 * from that time, so that waiting in line counts. In such a crowd the answer says that the event is kept; the run waits until every order is paid.
 */
export async function measureWebhooks(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("everything");
  await prepareGoods(stack.urls.superuser, bench.sizes);
  const sql = postgres(stack.urls.superuser, { max: 2, onnotice: () => {} });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  try {
    const count = PER_SECOND * (bench.options.seconds + 1);
    bench.progress(`opening ${count} payments`);
    const payments: Open[] = [];
    while (payments.length < count) payments.push(...(await sql<Open[]>`select * from bench.open_payments(250)`));
    const send = (payment: Open) => {
      const body = JSON.stringify(eventOf(payment));
      const seconds = Math.floor(Date.now() / 1000);
      const digest = createHmac("sha256", stack.keys.webhookSecret).update(`${seconds}.${body}`).digest("hex");
      return post(`${stack.urls.api}/functions/v1/stripe-webhook`, body, `t=${seconds},v1=${digest}`, agent);
    };
    const paidSoFar = async () => {
      const [row] =
        await sql`select count(*)::integer as orders from public.payments where session_id like 'cs_bench_%' and status = 'success'`;
      return row?.orders;
    };
    const warmUp = payments.splice(0, PER_SECOND);
    const warm = (await deliver(bench, warmUp, send)).latencies.length;
    await untilPaid(bench, warm, paidSoFar);
    bench.progress(`delivering ${count - PER_SECOND} webhooks, ${PER_SECOND} a second`);
    const { latencies, refused, waiting } = await deliver(bench, payments.slice(0, count - PER_SECOND), send);
    const answered = performance.now();
    const paid = (await untilPaid(bench, warm + latencies.length, paidSoFar)) - warm;
    const behind = performance.now() - answered;
    const row = (what: string, value: number, budget?: number): Row =>
      plain({
        measurement: "webhooks",
        what,
        clients: null,
        value,
        unit: "ms",
        budget: budget === undefined ? null : { text: `< ${budget} ms`, reached: refused === 0 && value < budget },
      });
    return {
      rows: [
        row(`acknowledged at ${PER_SECOND}/s, p50`, percentile(latencies, 0.5)),
        row(`acknowledged at ${PER_SECOND}/s, p99`, percentile(latencies, 0.99), 500),
        row("from the last answer until the last order is paid", behind),
        plain({ measurement: "webhooks", what: "most unanswered at once", clients: null, value: waiting, unit: "" }),
      ],
      failures: [
        ...(refused > 0 ? [`${refused} of ${latencies.length + refused} webhooks were not answered with 200`] : []),
        ...(paid < latencies.length ? [`${latencies.length} were acknowledged and ${paid} are paid`] : []),
        ...(await brokenInvariants(stack.urls.superuser)),
      ],
    };
  } finally {
    agent.destroy();
    await sql.end();
  }
}

/** Waits until this many are paid, or until ten minutes have passed. */
async function untilPaid(bench: Bench, wanted: number, count: () => Promise<number>): Promise<number> {
  const end = performance.now() + LONGEST;
  for (;;) {
    const paid = await count();
    if (paid >= wanted || performance.now() > end) return paid;
    if (bench.signal.aborted) throw bench.signal.reason;
    await pause(100);
  }
}

async function deliver(bench: Bench, payments: Open[], send: (payment: Open) => Promise<boolean>) {
  const latencies: number[] = [];
  let refused = 0;
  let waiting = 0;
  let most = 0;
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (const [index, payment] of payments.entries()) {
    const due = began + (index * 1000) / PER_SECOND;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    if (bench.signal.aborted) throw bench.signal.reason;
    if (waiting >= MOST_WAITING) {
      refused += payments.length - index;
      break;
    }
    most = Math.max(most, ++waiting);
    running.push(
      send(payment).then((accepted) => {
        waiting--;
        if (accepted) latencies.push(performance.now() - due);
        else refused++;
      }),
    );
  }
  await Promise.all(running);
  return { latencies, refused, waiting: most };
}

function eventOf({ session_id, order_id, payment_id, amount }: Open) {
  const object = {
    id: session_id,
    object: "checkout.session",
    client_reference_id: order_id,
    metadata: { order_id, payment_id },
    status: "complete",
    payment_status: "paid",
    amount_total: Number(amount),
    currency: "idr",
    payment_intent: `pi_${session_id}`,
  };
  return { id: `evt_${session_id}`, object: "event", type: "checkout.session.completed", data: { object } };
}

function post(url: string, body: string, signature: string, agent: http.Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "stripe-signature": signature };
    const request = http.request(url, { method: "POST", agent, headers, timeout: 30_000 }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.end(body);
  });
}
