import { execFileSync } from "node:child_process";
import type { Driver } from "./driver.ts";
import { runPgbench } from "./run-pgbench.ts";
import { runWorkers } from "./run-workers.ts";

/** Takes pgbench when it is on PATH, else processes with postgres.js. */
export function chooseDriver(): Driver & { version: string } {
  try {
    const version = execFileSync("pgbench", ["--version"], { encoding: "utf8" }).trim();
    return {
      name: "pgbench",
      version,
      note: "Driver of the SQL rows: pgbench, which takes little of the processor, so the ratios are Postgres' own.",
      run: runPgbench,
    };
  } catch {
    return {
      name: "postgres.js",
      version: "postgres.js in worker processes",
      note: "Driver of the SQL rows: postgres.js, as pgbench is not on PATH. It takes much of the processor, which slows the fast floor more than the slow purchase: the ratios look better than they are. Compare only with runs of the same driver.",
      run: runWorkers,
    };
  }
}
