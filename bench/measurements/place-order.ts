import type { Bench } from "../bench.ts";
import { brokenInvariants, cloneDatabase, prepareGoods, prepareShop } from "../database/prepare-database.ts";
import { warmUpOf } from "../drivers/driver.ts";
import { compared, type Row } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

const LINES = [1, 3, 10];

/** `place_order` of 1, 3 and 10 lines of a thousand SKUs, beside the floor, in turn. Each call is an unpaid order that holds its units. */
export async function measurePlaceOrder(bench: Bench): Promise<Outcome> {
  const { clients, rounds, seconds } = bench.options;
  const { urls } = await bench.stack("database");
  const stack = await bench.stack("database");
  bench.progress("loading the floor, the shop and its goods");
  const floorUrl = await bench.floor(stack);
  const url = await cloneDatabase(urls.superuser, "bench_baskets");
  await prepareShop(url, bench.sizes);
  await prepareGoods(url, bench.sizes);
  const targets = [
    { lines: 0, url: floorUrl, statement: "select floor.enroll()" },
    ...LINES.map((lines) => ({ lines, url, statement: `select bench.order_lines(${lines})` })),
  ];
  const rows: Row[] = [];
  for (const count of clients) {
    const readings = new Map<number, number[]>();
    for (let round = 1; round <= rounds; round++) {
      for (const { lines, ...target } of targets) {
        const load = { ...target, clients: count, seconds, warmUp: warmUpOf(count, seconds) };
        const rate = await bench.driver.run(load, bench.signal);
        bench.progress(`round ${round}/${rounds}, ${count} clients, ${lines || "floor"}: ${Math.round(rate)}/s`);
        readings.set(lines, [...(readings.get(lines) ?? []), rate]);
      }
    }
    const floorReadings = readings.get(0) ?? [];
    for (const lines of LINES) {
      const taken = readings.get(lines) ?? [];
      rows.push(
        compared({
          measurement: "place-order",
          what: `SQL place_order, ${lines} ${lines === 1 ? "line" : "lines"}`,
          clients: count,
          unit: "/s",
          value: median(taken),
          readings: taken,
          floor: { name: "floor", value: median(floorReadings) },
          floorReadings,
        }),
      );
    }
  }
  bench.progress("reading the invariants");
  return { rows, failures: await brokenInvariants(url) };
}
