import type { Stack } from "../../packages/stack/src/index.ts";
import type { Bench } from "../bench.ts";
import { brokenInvariants } from "../database/prepare-database.ts";
import { startThinServer, type ThinServer } from "../http/start-thin-server.ts";
import { compared, plain, type Row } from "../report/row.ts";
import { median, percentile } from "../statistics.ts";
import { countStatements } from "./count-statements.ts";
import { deliveryTimes } from "./delivery-times.ts";
import type { Outcome } from "./outcome.ts";
import { openPaidPurchase, wishes } from "./paid-purchase.ts";
import { openThinPurchase } from "./thin-purchase.ts";

/** Orders per second of whole purchases that other shops reached on the reference machine; see docs/measurements.md. */
const peers = { Vendure: 11.4, Medusa: 1.6 };

/** One closed loop of purchases. */
type Readings = { rate: number; times: number[] };

/**
 * The whole paid purchase over HTTP with everything running: place the order, open the checkout, pay at the simulator, see the order paid.
 * Beside it the same as seven calls to the thin server. Every order that was acknowledged must be paid, and every capture be an order's.
 */
export async function measureJourney(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("everything");
  const thin = await startThinServer(await bench.floor(stack));
  try {
    return await measure(bench, stack, thin);
  } finally {
    await thin.stop();
  }
}

async function measure(bench: Bench, stack: Stack, thin: ThinServer): Promise<Outcome> {
  const { rounds, seconds, quick } = bench.options;
  const paid = new Set<string>();
  const nextWish = wishes(bench, stack);
  const buy = (clients: number, duration: number) =>
    loop(bench, clients, duration, () => openPaidPurchase(stack, nextWish, paid));
  const rows: Row[] = [];
  bench.progress("first purchases, which load the functions");
  await buy(2, 1);
  for (const clients of quick ? bench.options.clients : [8, 32]) {
    const readings: Readings[] = [];
    const floors: Readings[] = [];
    for (let round = 1; round <= rounds; round++) {
      const floor = await loop(bench, clients, seconds, () => openThinPurchase(thin.url, bench.sizes.intakes));
      const reading = await buy(clients, seconds * 2);
      floors.push(floor);
      readings.push(reading);
      bench.progress(
        `round ${round}/${rounds}, ${clients} buyers: ${reading.rate.toFixed(1)} orders/s, seven thin calls ${Math.round(floor.rate)}/s`,
      );
    }
    rows.push(...purchaseRows(clients, readings, floors));
  }
  bench.progress("counting statements");
  rows.push(...(await countStatements(stack, quick ? 5 : 20, () => buy(1, 0))));
  const deliveries = await deliveryTimes(stack, paid);
  rows.push(...deliveries.rows);
  return { rows, failures: [...deliveries.failures, ...(await brokenInvariants(stack.urls.database))] };
}

/** Lets buyers purchase one after the other for some seconds (one purchase each for 0) and gives purchases per second. */
async function loop(
  bench: Bench,
  clients: number,
  seconds: number,
  open: () => Promise<{ buy(): Promise<void>; close(): void }>,
): Promise<Readings> {
  const all = await Promise.all(Array.from({ length: clients }, open));
  const from = performance.now();
  const until = from + seconds * 1000;
  const times: number[] = [];
  const client = async ({ buy }: { buy(): Promise<void> }) => {
    do {
      bench.signal.throwIfAborted();
      const began = performance.now();
      await buy();
      times.push(performance.now() - began);
    } while (performance.now() < until);
  };
  try {
    await Promise.all(all.map(client));
  } finally {
    for (const { close } of all) close();
  }
  return { rate: times.length / ((performance.now() - from) / 1000), times };
}

function purchaseRows(clients: number, readings: Readings[], floors: Readings[]): Row[] {
  const rates = readings.map(({ rate }) => rate);
  const times = readings.flatMap((reading) => reading.times);
  const value = median(rates);
  const common = { measurement: "journey", clients, value, unit: "orders/s", readings: rates };
  const beside = (name: keyof typeof peers, factor: number): Row => ({
    ...compared({
      ...common,
      what: `against ${name}'s whole purchase`,
      floor: { name: `${name} (reference)`, value: peers[name] },
    }),
    budget: { text: `≥ ${factor} × ${name}`, reached: value >= factor * peers[name] },
  });
  return [
    compared({
      ...common,
      what: "whole paid purchase over HTTP",
      floor: { name: "seven thin calls", value: median(floors.map(({ rate }) => rate)) },
      floorReadings: floors.map(({ rate }) => rate),
      atLeast: 0.3,
      details: { p50_ms: Math.round(percentile(times, 0.5)), p99_ms: Math.round(percentile(times, 0.99)) },
    }),
    beside("Vendure", 20),
    beside("Medusa", 100),
    plain({
      ...common,
      what: "p99 of one purchase",
      value: percentile(times, 0.99) / 1000,
      unit: "s",
      readings: undefined,
    }),
  ];
}
