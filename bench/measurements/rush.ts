import { randomUUID } from "node:crypto";
import type { Bench } from "../bench.ts";
import { brokenInvariants } from "../database/prepare-database.ts";
import { idOf, peopleFrom, signIn } from "../http/buyers.ts";
import { openConnection, requestTo } from "../http/connection.ts";
import { plain, type Row } from "../report/row.ts";
import { percentile } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

const atOnce = 256;

/** Ten thousand people want a hundred seats at the same time, over HTTP. Every answer is counted, and any surprise fails the run. */
export async function measureRush(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("api");
  const { intakes, paid, rushSeats } = bench.sizes;
  const count = bench.options.quick ? 1_000 : 10_000;
  bench.progress(`${count} buyers for ${rushSeats} seats, ${atOnce} at once`);
  const intake = idOf("intake", 10 + intakes + paid);
  const requests = signIn(stack, peopleFrom(0, count)).map(({ headers }) => {
    const body = { intake_id: intake, idempotency_key: randomUUID() };
    return requestTo(`${stack.urls.api}/rest/v1/rpc/enroll`, { headers, body });
  });
  const { answers, times, seconds } = await sendAll(bench, stack.urls.api, requests);
  const expected = { sold: rushSeats, out_of_stock: count - rushSeats };
  const exact = JSON.stringify(Object.entries(answers).sort()) === JSON.stringify(Object.entries(expected).sort());
  const failures = await brokenInvariants(stack.urls.database);
  if (!exact) failures.push(`rush: ${JSON.stringify(answers)} instead of ${JSON.stringify(expected)}`);
  const rows: Row[] = [
    plain({
      measurement: "rush",
      what: `seats sold of ${rushSeats} to ${count} buyers`,
      clients: atOnce,
      value: answers.sold ?? 0,
      unit: "sold",
      budget: { text: `exactly ${rushSeats}, the rest out_of_stock, no 5xx`, reached: exact },
      details: { ...answers, p99_ms: Math.round(percentile(times, 0.99)), rate: Math.round(count / seconds) },
    }),
    plain({
      measurement: "rush",
      what: "until everybody was answered",
      clients: atOnce,
      value: seconds,
      unit: "s",
      budget: { text: "≤ 15 s", reached: seconds <= 15 },
    }),
  ];
  return { rows, failures };
}

/** Sends each request once and gives how often it ended how: `sold`, a code of ours, or a bare status. */
async function sendAll(bench: Bench, url: string, requests: Buffer[]) {
  const answers: Record<string, number> = {};
  const times: number[] = [];
  const connections = await Promise.all(Array.from({ length: atOnce }, () => openConnection(url)));
  const from = performance.now();
  const waiting = requests.values();
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (const request of waiting) {
          bench.signal.throwIfAborted();
          const { status, body, ms } = await connection.send(request);
          const ending = status === 200 ? "sold" : status < 500 ? codeOf(body) : String(status);
          answers[ending] = (answers[ending] ?? 0) + 1;
          times.push(ms);
          if (times.length % 2_000 === 0) bench.progress(`${times.length} of ${requests.length} answered`);
        }
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  return { answers, times, seconds: (performance.now() - from) / 1000 };
}

function codeOf(body: string): string {
  try {
    return String(JSON.parse(body).code);
  } catch {
    return "no JSON";
  }
}
