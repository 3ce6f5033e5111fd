import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectFolder } from "../../packages/stack/src/postgres/folders.ts";
import type { Bench } from "../bench.ts";
import { plain } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { Outcome } from "./outcome.ts";

/** `npm start` on a home that exists, until it returns with everything ready; taken with the command itself, as a person runs it. */
export async function measureStart(bench: Bench): Promise<Outcome> {
  // The home exists and its database is migrated, whatever ran before.
  await bench.stack("everything");
  await bench.end();
  const command = (name: "start" | "stop") =>
    promisify(execFile)(process.execPath, [join(projectFolder, "packages/stack/src/main.ts"), name], {
      env: { ...process.env, SEATLINE_HOME: bench.home, SEATLINE_PORT: String(bench.options.port) },
      timeout: 120_000,
    });
  const readings: number[] = [];
  try {
    // The first start also makes the demo data.
    for (let round = 0; round <= bench.options.rounds; round++) {
      bench.signal.throwIfAborted();
      const began = performance.now();
      await command("start");
      const seconds = (performance.now() - began) / 1000;
      if (round > 0) readings.push(seconds);
      bench.progress(
        `${round === 0 ? "first start" : `start ${round}/${bench.options.rounds}`}: ${seconds.toFixed(1)} s`,
      );
      await command("stop");
    }
  } finally {
    await command("stop").catch(() => {});
  }
  const value = median(readings);
  return {
    rows: [
      plain({
        measurement: "start",
        what: "npm start, warm",
        clients: null,
        value,
        unit: "s",
        readings,
        budget: { text: "< 10 s", reached: value < 10 },
      }),
    ],
    failures: [],
  };
}
