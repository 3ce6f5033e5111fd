import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "../options.ts";
import type { MachineFacts } from "./machine-facts.ts";
import type { Row } from "./row.ts";

/** Everything a run found out. */
export type Results = {
  takenAt: string;
  options: Options;
  machine: MachineFacts;
  versions: Record<string, string>;
  rows: Row[];
  /** What must be true and was not; empty when all is well. */
  failures: string[];
};

/** Writes the results to `bench/results/<time>.json` (not committed) and gives the path. */
export function writeResults(results: Results): string {
  const folder = join(import.meta.dirname, "..", "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${results.takenAt.replace(/[:.]/g, "-")}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}
