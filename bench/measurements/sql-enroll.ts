import type { Bench } from "../bench.ts";
import { brokenInvariants, cloneDatabase, prepareShop, prepareThousands } from "../database/prepare-database.ts";
import { warmUpOf } from "../drivers/driver.ts";
import type { MeasurementName } from "../options.ts";
import { compared, plain, type Row } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

type Target = { name: "floor" | "cold" | "hot" | "thousand"; url: string; statement: string };

/**
 * `private.enroll` on many intakes, on one, and on intakes of 1 000 seats that sell out one after the other, beside the floor, in turn. Each call has an idempotency key
 * and a person of its own. The invariants are read at the end.
 */
export async function measureSqlEnroll(bench: Bench, names: MeasurementName[]): Promise<Outcome> {
  const { clients, rounds, seconds } = bench.options;
  const targets = await prepare(bench, names.includes("enroll-hot"));
  const readings = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const count of clients) {
      for (const { name, url, statement } of targets) {
        const load = { url, statement, clients: count, seconds, warmUp: warmUpOf(count, seconds) };
        const rate = await bench.driver.run(load, bench.signal);
        bench.progress(`round ${round}/${rounds}, ${count} clients, ${name}: ${Math.round(rate)}/s`);
        const key = `${name} ${count}`;
        readings.set(key, [...(readings.get(key) ?? []), rate]);
      }
    }
  }
  const rows = clients.flatMap((count) => rowsFor(count, (name) => readings.get(`${name} ${count}`) ?? []));
  bench.progress("reading the invariants");
  return { rows, failures: await brokenInvariants(targets[1]?.url ?? "") };
}

async function prepare(bench: Bench, hot: boolean): Promise<[Target, Target, ...Target[]]> {
  const { urls } = await bench.stack("database");
  const stack = await bench.stack("database");
  bench.progress("loading the floor and the shop");
  const floor = await bench.floor(stack);
  const url = await cloneDatabase(urls.superuser, "bench_sql");
  await prepareShop(url, bench.sizes);
  if (hot) await prepareThousands(url, bench.sizes);
  return [
    { name: "floor", url: floor, statement: "select floor.enroll()" },
    { name: "cold", url, statement: "select bench.enroll_cold()" },
    ...(hot
      ? [
          { name: "hot" as const, url, statement: "select bench.enroll_hot()" },
          { name: "thousand" as const, url, statement: "select bench.enroll_thousand()" },
        ]
      : []),
  ];
}

function rowsFor(clients: number, readingsOf: (name: Target["name"]) => number[]): Row[] {
  const [floor, cold, hot] = [readingsOf("floor"), readingsOf("cold"), readingsOf("hot")];
  const thousand = readingsOf("thousand");
  const common = { clients, unit: "/s" };
  const rows: Row[] = [
    plain({
      ...common,
      measurement: "floor",
      what: "order, item, enrolment, seat counter",
      value: median(floor),
      readings: floor,
    }),
    compared({
      ...common,
      measurement: "enroll-cold",
      what: "SQL enroll, many intakes",
      value: median(cold),
      readings: cold,
      floor: { name: "floor", value: median(floor) },
      floorReadings: floor,
      atLeast: clients === 32 ? 0.5 : undefined,
    }),
  ];
  if (hot.length > 0) {
    rows.push(
      compared({
        ...common,
        measurement: "enroll-hot",
        what: "SQL enroll, one intake",
        value: median(hot),
        readings: hot,
        floor: { name: "cold", value: median(cold) },
        floorReadings: cold,
        atLeast: 0.8,
      }),
      compared({
        ...common,
        measurement: "enroll-hot",
        what: "the same against the floor",
        value: median(hot),
        floor: { name: "floor", value: median(floor) },
      }),
      compared({
        ...common,
        measurement: "enroll-hot",
        what: "SQL enroll, an intake of 1 000 seats, then the next",
        value: median(thousand),
        readings: thousand,
        floor: { name: "cold", value: median(cold) },
        floorReadings: cold,
      }),
      compared({
        ...common,
        measurement: "enroll-hot",
        what: "1 000 seats against the floor",
        value: median(thousand),
        floor: { name: "floor", value: median(floor) },
      }),
    );
  }
  return rows;
}
