import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Results } from "../../bench/report/write-results.ts";
import { freePorts } from "../support/free-ports.ts";

test("the bench compares enrolments with a floor of the same run and writes the ratios down", async () => {
  const port = await freePorts(11);
  const args = ["bench/main.ts", "--quick", "--only", "enroll-cold", "--clients", "2", "--port", String(port)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  const file = /^Written to (.+)$/m.exec(stdout)?.[1] ?? "";
  const results = JSON.parse(readFileSync(file, "utf8")) as Results;
  rmSync(file);
  const row = results.rows.find(({ measurement }) => measurement === "enroll-cold");
  expect(results.failures).toEqual([]);
  expect(row).toMatchObject({ clients: 2, floor: { name: "floor" } });
  expect(row?.ratio).toBeGreaterThan(0);
  expect(row?.ratio).toBeCloseTo((row?.value ?? 0) / (row?.floor?.value ?? 1), 5);
  expect(results.machine.cores).toBeGreaterThan(0);
}, 90_000);
