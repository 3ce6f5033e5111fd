import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ports } from "../ports.ts";
import { endProcess, isRunning, type ProcessRecord } from "../postgres/process-identity.ts";

/** What `<home>/state.json` tells about the stack of that home. */
export type State = {
  /** The process that runs the stack. */
  owner: ProcessRecord | null;
  status: "starting" | "ready" | "failed";
  /** What is being done while starting. */
  step?: string;
  /** Why it failed. */
  error?: string;
  /** Something the user should know although the stack runs. */
  notice?: string;
  ports: Ports;
  startedAt: string;
  pieces: Record<string, ProcessRecord & { restarts: number }>;
};

/** Reads the state of a home; null when there is none or it is unreadable (a start was killed in the middle of nothing worth keeping). */
export function readState(home: string): State | null {
  const file = stateFile(home);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Replaces the state of a home in one step, so that a reader never sees half of it. */
export function writeState(home: string, state: State): void {
  const file = stateFile(home);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Forgets the state of a home after a clean stop. */
export function removeState(home: string): void {
  rmSync(stateFile(home), { force: true });
}

/** Whether the process that runs the stack of this state is alive. */
export function isAlive(state: State | null): boolean {
  return state !== null && isRunning(state.owner);
}

/** Ends processes that a killed stack left behind. A process whose id now belongs to another program is left alone. */
export async function endOrphans(state: State): Promise<void> {
  const signals: [NodeJS.Signals, number][] = [
    ["SIGTERM", 5],
    ["SIGKILL", 5],
  ];
  // Postgres is not among them: its own lock file names it, and it must be asked differently to end at once.
  const pieces = Object.entries(state.pieces).filter(([name]) => name !== "postgres" && name !== "standby");
  await Promise.all(pieces.map(([, piece]) => endProcess(piece, signals)));
}

function stateFile(home: string): string {
  return join(home, "state.json");
}
