import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { changeUrl } from "../../packages/stack/src/index.ts";
import type { Bench } from "../bench.ts";
import { brokenInvariants, cloneDatabase, prepareOrders } from "../database/prepare-database.ts";
import { plain } from "../report/row.ts";
import { percentile } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";
import { openPaidPurchase, type PaidPurchase, wishes } from "./paid-purchase.ts";

/** Checkouts that begin in a second, whether or not earlier ones are done: a third of what the machine can do, so that a report could hurt. */
const PER_SECOND = 5;
const DATABASE = "bench_year";
const REPORTS = ["orders", "products", "customers"];

/**
 * Checkouts, which is to place an order and open the provider's page, with and without a year's reports that are counted on the standby
 * without a pause, among as many orders as are searched in. Standby and primary share the processor of this machine.
 */
export async function measureBesideReport(bench: Bench): Promise<Outcome> {
  const { urls } = await bench.stack("database");
  bench.progress(`loading ${bench.sizes.orders} orders to report on`);
  await prepareOrders(await cloneDatabase(urls.superuser, DATABASE), bench.sizes);
  const stack = await bench.shop("everything");
  const standby = postgres(changeUrl(stack.urls.standby, { database: DATABASE }), { max: 1, onnotice: () => {} });
  const nextWish = wishes(bench, stack);
  const buyers = await Promise.all(Array.from({ length: 16 }, () => openPaidPurchase(stack, nextWish, new Set())));
  const readings = { without: [] as number[], beside: [] as number[] };
  const reports: number[] = [];
  try {
    const orders = await replayed(bench, standby);
    await checkOutFor(bench, buyers, bench.options.seconds);
    for (let round = 1; round <= bench.options.rounds; round++) {
      readings.without.push(...(await checkOutFor(bench, buyers, bench.options.seconds * 3)));
      const reporting = reportUntil(standby);
      readings.beside.push(...(await checkOutFor(bench, buyers, bench.options.seconds * 3)));
      reports.push(...(await reporting.end()));
      bench.progress(
        `round ${round}/${bench.options.rounds}: p95 ${Math.round(percentile(readings.without, 0.95))} ms, beside reports ${Math.round(percentile(readings.beside, 0.95))} ms`,
      );
    }
    const row = (what: string, value: number, p: number) => ({
      measurement: "beside-report",
      what: `${what}, p${p * 100}`,
      clients: null,
      value,
      unit: "ms",
    });
    const value = percentile(readings.beside, 0.95);
    const without = percentile(readings.without, 0.95);
    return {
      rows: [
        plain(row("checkout", without, 0.95)),
        {
          ...row("checkout beside a year's reports", value, 0.95),
          floor: { name: "without reports", value: without },
          ratio: value / without,
          budget: { text: "≤ 110 % of without", reached: value <= without * 1.1 },
          details: { checkouts: readings.beside.length, reports: reports.length, orders },
        },
        plain(row("one such report", percentile(reports, 0.5), 0.5)),
      ],
      failures: [
        ...(reports.length === 0 ? ["no report was counted beside the checkouts"] : []),
        ...(await brokenInvariants(stack.urls.superuser)),
      ],
    };
  } finally {
    for (const buyer of buyers) buyer.close();
    await standby.end({ timeout: 1 });
  }
}

/** How many orders the standby has, once it has all that were loaded. */
async function replayed(bench: Bench, standby: postgres.Sql): Promise<number> {
  for (;;) {
    bench.signal.throwIfAborted();
    const [row] = await standby<{ orders: number }[]>`select count(*)::integer as orders from public.orders`;
    if (row && row.orders >= bench.sizes.orders) return row.orders;
    await pause(500);
  }
}

/** Counts one report after the other, of the last year by day; `end` gives how long each took in milliseconds. */
function reportUntil(standby: postgres.Sql): { end(): Promise<number[]> } {
  let wanted = true;
  const times: number[] = [];
  const counting = (async () => {
    for (let turn = 0; wanted; turn++) {
      const began = performance.now();
      await standby`
        select count(*) from private.count_report(${REPORTS[turn % REPORTS.length] as string}, jsonb_build_object('from', now() - interval '1 year',
          'to', now(), 'bucket', 'day', 'time_zone', 'Asia/Jakarta', 'limit', 100))`;
      times.push(performance.now() - began);
    }
  })();
  counting.catch(() => {}); // told by end
  return {
    async end() {
      wanted = false;
      await counting;
      return times;
    },
  };
}

/** Checkouts for some seconds, each begun when its time has come; gives how long each took from that time, in milliseconds. */
async function checkOutFor(bench: Bench, buyers: PaidPurchase[], seconds: number): Promise<number[]> {
  const free = [...buyers];
  const waiting: ((buyer: PaidPurchase) => void)[] = [];
  const times: number[] = [];
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let number = 0; number < seconds * PER_SECOND; number++) {
    const due = began + (number * 1000) / PER_SECOND;
    await pause(Math.max(0, due - performance.now()));
    bench.signal.throwIfAborted();
    const one = async () => {
      const buyer = free.pop() ?? (await new Promise<PaidPurchase>((take) => waiting.push(take)));
      await buyer.checkOut();
      times.push(performance.now() - due);
      const next = waiting.shift();
      if (next) next(buyer);
      else free.push(buyer);
    };
    const checkout = one();
    checkout.catch(() => {}); // told below, with the others
    running.push(checkout);
  }
  await Promise.all(running);
  return times;
}
