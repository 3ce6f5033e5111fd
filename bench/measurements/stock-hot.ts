import type { Bench } from "../bench.ts";
import { brokenInvariants, cloneDatabase, prepareGoods, prepareShop } from "../database/prepare-database.ts";
import { warmUpOf } from "../drivers/driver.ts";
import { compared, type Row } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

/**
 * `place_order` of one unit of goods, all buyers of one SKU, beside buyers of a thousand SKUs and beside the floor, in turn. Each call is an unpaid order
 * that holds its unit. The invariants are read at the end.
 */
export async function measureStockHot(bench: Bench): Promise<Outcome> {
  const { clients, rounds, seconds } = bench.options;
  const { urls } = await bench.stack("database");
  const stack = await bench.stack("database");
  bench.progress("loading the floor, the shop and its goods");
  const floorUrl = await bench.floor(stack);
  const url = await cloneDatabase(urls.superuser, "bench_goods");
  await prepareShop(url, bench.sizes);
  await prepareGoods(url, bench.sizes);
  const targets = [
    { name: "floor", url: floorUrl, statement: "select floor.enroll()" },
    { name: "many", url, statement: "select bench.order_many()" },
    { name: "hot", url, statement: "select bench.order_hot()" },
  ] as const;
  const rows: Row[] = [];
  for (const count of clients) {
    const readings: Record<"floor" | "many" | "hot", number[]> = { floor: [], many: [], hot: [] };
    for (let round = 1; round <= rounds; round++) {
      for (const target of targets) {
        const load = { ...target, clients: count, seconds, warmUp: warmUpOf(count, seconds) };
        const rate = await bench.driver.run(load, bench.signal);
        bench.progress(`round ${round}/${rounds}, ${count} clients, ${target.name}: ${Math.round(rate)}/s`);
        readings[target.name].push(rate);
      }
    }
    const row = (what: string, value: "many" | "hot", name: string, floor: "floor" | "many") =>
      compared({
        measurement: "stock-hot",
        what,
        clients: count,
        unit: "/s",
        value: median(readings[value]),
        readings: readings[value],
        floor: { name, value: median(readings[floor]) },
        floorReadings: readings[floor],
        atLeast: undefined,
      });
    rows.push(
      row("SQL place_order, 1 000 SKUs", "many", "floor", "floor"),
      row("SQL place_order, one SKU", "hot", "1 000 SKUs", "many"),
      row("SQL place_order, one SKU", "hot", "floor", "floor"),
    );
  }
  bench.progress("reading the invariants");
  return { rows, failures: await brokenInvariants(url) };
}
