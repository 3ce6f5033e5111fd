import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Load } from "./driver.ts";

/** Runs one statement with pgbench and gives transactions per second, counted by its progress lines after the warm-up. */
export async function runPgbench(load: Load, signal: AbortSignal): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "seatline-pgbench-"));
  const script = join(folder, "load.sql");
  writeFileSync(script, `${load.statement};\n`);
  try {
    return countedRate(await output(script, load, signal), load);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function output(script: string, load: Load, signal: AbortSignal): Promise<string> {
  const url = new URL(load.url);
  // One second more than counts: pgbench does not always print the line of its last second.
  const seconds = String(load.warmUp + load.seconds + 1);
  const args = [
    ["--no-vacuum", "--file", script, "--client", String(load.clients), "--jobs", String(Math.min(2, load.clients))],
    ["--time", seconds, "--progress", "1", "--host", url.hostname, "--port", url.port, "--username", url.username],
    [url.pathname.slice(1)],
  ].flat();
  const env = { PATH: process.env.PATH, PGPASSWORD: decodeURIComponent(url.password) };
  return new Promise((resolve, reject) => {
    const child = spawn("pgbench", args, { env, signal, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 && !/aborted|error:/i.test(text)) return resolve(text);
      reject(new Error(`pgbench failed (${code}) at \`${load.statement}\`:\n${text.trim().slice(-2000)}`));
    });
  });
}

function countedRate(text: string, load: Load): number {
  const rates = [...text.matchAll(/^progress: ([\d.]+) s, ([\d.]+) tps/gm)].map((line) => ({
    at: Number(line[1]),
    rate: Number(line[2]),
  }));
  const counted = rates.filter(({ at }) => at > load.warmUp + 0.5).slice(0, load.seconds);
  if (counted.length === 0) throw new Error(`pgbench printed no progress:\n${text.slice(-2000)}`);
  return counted.reduce((sum, { rate }) => sum + rate, 0) / counted.length;
}
