import type { Bench } from "../bench.ts";
import { closedLoopOfSuccesses } from "../http/closed-loop.ts";
import { compared, type Row } from "../report/row.ts";
import { median, percentile } from "../statistics.ts";

/** One side of a comparison: where it sends to, and what each client sends next. */
export type Side = { url: string; next: (client: number) => Buffer };

/** What is compared, and how its row reads. */
export type Comparison = {
  measurement: string;
  what: string;
  value: Side;
  floor: Side & { name: string };
  /** Budget as a share of the floor at this number of clients; none when undefined. */
  atLeast: (clients: number) => number | undefined;
};

/** Loads floor and value in turn, round after round, and gives one row per number of clients. */
export async function compareHttp(bench: Bench, comparison: Comparison, clientCounts: number[]): Promise<Row[]> {
  const { rounds, seconds } = bench.options;
  const rows: Row[] = [];
  for (const clients of clientCounts) {
    const readings: number[] = [];
    const floorReadings: number[] = [];
    const times: number[] = [];
    const load = async ({ url, next }: Side) =>
      closedLoopOfSuccesses({ url, clients, seconds, warmUp: 1, signal: bench.signal }, next);
    for (let round = 1; round <= rounds; round++) {
      const floor = await load(comparison.floor);
      const value = await load(comparison.value);
      floorReadings.push(floor.rate);
      readings.push(value.rate);
      times.push(...value.times);
      bench.progress(
        `round ${round}/${rounds}, ${clients} clients: ${Math.round(value.rate)}/s, ${comparison.floor.name} ${Math.round(floor.rate)}/s`,
      );
    }
    rows.push(
      compared({
        measurement: comparison.measurement,
        what: comparison.what,
        clients,
        value: median(readings),
        unit: "/s",
        floor: { name: comparison.floor.name, value: median(floorReadings) },
        atLeast: comparison.atLeast(clients),
        readings,
        floorReadings,
        details: {
          p50_ms: round(percentile(times, 0.5)),
          p95_ms: round(percentile(times, 0.95)),
          p99_ms: round(percentile(times, 0.99)),
        },
      }),
    );
  }
  return rows;
}

const round = (ms: number) => Math.round(ms * 10) / 10;
