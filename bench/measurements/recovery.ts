import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import type { Stack } from "../../packages/stack/src/index.ts";
import { readState } from "../../packages/stack/src/supervision/state.ts";
import type { Bench } from "../bench.ts";
import { brokenInvariants } from "../database/prepare-database.ts";
import { idOf } from "../http/buyers.ts";
import { compared, plain, type Row } from "../report/row.ts";
import { median } from "../statistics.ts";
import { type Bare, bareDeno, bareNode, openBarePostgres } from "./bare-start.ts";
import type { Outcome } from "./outcome.ts";
import { type Wish, wishes } from "./paid-purchase.ts";

const BUYERS = 4;
/** What ran for less is not started again at once, and no purchase is under way: so long at least lies between two kills, in ms. */
const BETWEEN = 6_000;
const BUDGET = 5;
/** So long at most, in ms, is waited for a piece. */
const PATIENCE = 60_000;

/** The pieces, in the order in which they are killed. */
const pieces = ["postgres", "rest", "gateway", "functions", "worker"] as const;
type PieceName = (typeof pieces)[number];

/** What buyers were told, and when they had asked for the last answer of each kind. */
type Told = { orders: Set<string>; orderedAt: number; checkedOutAt: number };

/**
 * Kills each piece with -9 under light load and takes the time until it serves again, as its buyers see it: a purchase (of functions: a checkout)
 * that was asked for after the kill is answered; of the worker, its /health says yes. In turn with it, a bare process of the same kind.
 */
export async function measureRecovery(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("everything");
  const told: Told = { orders: new Set(), orderedAt: 0, checkedOutAt: 0 };
  const stopping = new AbortController();
  const nextWish = wishes(bench, stack);
  const bare = await openBarePostgres();
  const floors: Partial<Record<PieceName, Bare>> = {
    postgres: bare.restart,
    gateway: bareNode,
    functions: bareDeno,
    worker: bareNode,
  };
  const readings = new Map<PieceName, { own: number[]; floor: number[] }>(
    pieces.map((piece) => [piece, { own: [], floor: [] }]),
  );
  const buying = Promise.all(Array.from({ length: BUYERS }, () => buyOn(stack, nextWish, told, stopping.signal)));
  const measure = async () => {
    for (let round = 1; round <= bench.options.rounds; round++) {
      for (const piece of pieces) {
        bench.signal.throwIfAborted();
        await pause(BETWEEN);
        const { own, floor } = readings.get(piece) as { own: number[]; floor: number[] };
        own.push(await kill(bench, stack, piece, told));
        const restart = floors[piece];
        if (restart) floor.push(await restart());
        bench.progress(`${piece} ${round}/${bench.options.rounds}: ${own.at(-1)?.toFixed(1)} s`);
      }
    }
  };
  try {
    await Promise.race([measure(), buying.then(() => new Promise<never>(() => {}))]);
  } finally {
    stopping.abort();
    await bare.stop();
  }
  await buying;
  return {
    rows: pieces.flatMap((piece) => rowsOf(piece, readings.get(piece) ?? { own: [], floor: [] })),
    failures: [...(await lost(stack, told)), ...(await brokenInvariants(stack.urls.superuser))],
  };
}

function rowsOf(piece: PieceName, { own, floor }: { own: number[]; floor: number[] }): Row[] {
  const common = { measurement: "recovery", clients: BUYERS, unit: "s", readings: own };
  const worst = Math.max(...own);
  const typical = { ...common, what: `${piece}, median`, value: median(own) };
  const name = piece === "postgres" ? "Postgres alone" : "a bare process";
  return [
    floor.length > 0
      ? compared({ ...typical, floor: { name, value: median(floor) }, floorReadings: floor })
      : plain(typical),
    plain({
      ...common,
      what: `${piece}, worst of ${own.length}`,
      value: worst,
      budget: { text: `≤ ${BUDGET} s`, reached: worst <= BUDGET },
    }),
  ];
}

/** Kills a piece and gives the seconds until it serves again. */
async function kill(bench: Bench, stack: Stack, piece: PieceName, told: Told): Promise<number> {
  const pidNow = () => readState(bench.home)?.pieces[piece]?.pid;
  const pid = pidNow();
  if (pid === undefined) throw new Error(`The ${piece} does not run.`);
  const serves = async (since: number) => {
    if (piece === "functions") return told.checkedOutAt > since;
    if (piece !== "worker") return told.orderedAt > since;
    const health = await fetch(`${stack.urls.worker}/health`).catch(() => null);
    await health?.body?.cancel();
    return health?.ok === true;
  };
  const since = performance.now();
  process.kill(pid, "SIGKILL");
  while (pidNow() === pid || pidNow() === undefined || !(await serves(since))) {
    bench.signal.throwIfAborted();
    if (performance.now() - since > PATIENCE) throw new Error(`The ${piece} did not serve again.`);
    await pause(10);
  }
  return (performance.now() - since) / 1000;
}

/** Places orders, opens the provider's page for each and gives it up, until told to stop; what is not answered is asked again under the same key. */
async function buyOn(stack: Stack, nextWish: () => Wish, told: Told, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const { buyer, variant } = nextWish();
    const lines = [{ variant_id: idOf("variant", variant), quantity: 1 }];
    const ask = async (path: string, body: object) => insist(`${stack.urls.api}/${path}`, buyer.headers, body);
    const placed = await ask("rest/v1/rpc/place_order", { lines, idempotency_key: randomUUID() });
    const { id } = placed.answer as { id: string };
    told.orders.add(id);
    told.orderedAt = Math.max(told.orderedAt, placed.asked);
    const opened = await ask("functions/v1/checkout", { order_id: id });
    told.checkedOutAt = Math.max(told.checkedOutAt, opened.asked);
    // so that there is something to buy, however long it takes
    await ask("rest/v1/rpc/cancel_order", { order_id: id, reason: "bench", idempotency_key: randomUUID() });
    await pause(50);
  }
}

async function insist(url: string, headers: Record<string, string>, body: object) {
  const since = performance.now();
  for (;;) {
    const asked = performance.now();
    const init = { method: "POST", headers: { ...headers, "content-type": "application/json" } };
    const response = await fetch(url, {
      ...init,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    }).catch(() => null);
    const text = await response?.text().catch(() => null);
    if (response?.ok && text) return { answer: JSON.parse(text) as unknown, asked };
    if (response && text && response.status < 500 && response.status !== 429)
      throw new Error(`${url} was refused: ${response.status} ${text.slice(0, 500)}`);
    if (asked - since > PATIENCE) throw new Error(`${url} was not answered any more.`);
    await pause(20);
  }
}

/** Sentences about orders that somebody was told of and that are not there, or that are there and nobody was told of. */
async function lost(stack: Stack, told: Told): Promise<string[]> {
  const sql = postgres(stack.urls.superuser, { max: 1, onnotice: () => {} });
  try {
    const ids = [...told.orders];
    const [row] = await sql`select count(*)::integer as kept from public.orders where id = any (${ids}::uuid[])`;
    return row?.kept === ids.length ? [] : [`${ids.length} orders were acknowledged and ${row?.kept} are there`];
  } finally {
    await sql.end();
  }
}
