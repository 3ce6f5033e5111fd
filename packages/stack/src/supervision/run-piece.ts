import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { setPriority } from "node:os";

/** A process of the stack: how to run it and how to tell that it works. */
export type PieceSpec = {
  name: string;
  program: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** File that gets everything it prints. */
  log: string;
  /** Ready when this URL answers with less than 500, or when this port takes connections. */
  ready: string | number;
  /** Seconds it may take to become ready; 60 unless given. */
  patience?: number;
  /** How far it steps back for the others where the processor is short, from 0 to 19; 0 unless given. */
  nice?: number;
};

/** A piece that is kept running until `stop`. */
export type Piece = {
  name: string;
  pid(): number | null;
  restarts(): number;
  stop(): Promise<void>;
};

/** A process that lived so long did not end because it could not start: it is started again at once, however often. */
const LIVED_MS = 5_000;

/** Exit code by which a process asks to be started again at once, because its code changed. */
export const RELOAD = 75;

/**
 * Starts a process and resolves when it is ready; throws with the end of its log when it ends before. Afterwards a process that ends is
 * started again, at once when it had served and after 0.2 to 10 s when it keeps ending as it starts. `onChange` runs whenever the process id changes.
 */
export async function runPiece(
  spec: PieceSpec,
  onChange: (pid: number | null, restarts: number) => void,
): Promise<Piece> {
  let child: ChildProcess | null = null;
  let restarts = 0;
  let wait = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;

  const launch = () => {
    const log = openSync(spec.log, "a");
    const started = Date.now();
    const current = spawn(spec.program, spec.args, { cwd: spec.cwd, env: spec.env, stdio: ["ignore", log, log] });
    closeSync(log);
    if (spec.nice && current.pid) setPriority(current.pid, spec.nice);
    child = current;
    onChange(current.pid ?? null, restarts);
    current.once("error", () => current.emit("exit", -1));
    current.once("exit", (code) => {
      if (child !== current) return;
      child = null;
      onChange(null, restarts);
      if (stopping || !ready) return;
      wait = code === RELOAD || Date.now() - started > LIVED_MS ? 0 : Math.min(Math.max(wait * 2, 200), 10_000);
      timer = setTimeout(launch, wait);
      restarts++;
    });
  };

  let ready = false;
  const offset = size(spec.log);
  launch();
  const until = Date.now() + (spec.patience ?? 60) * 1000;
  while (!(await answers(spec.ready))) {
    if (child && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      continue;
    }
    const reason = child ? `was not ready after ${spec.patience ?? 60} seconds` : "ended while starting";
    (child as ChildProcess | null)?.kill("SIGKILL");
    const tail = readFileSync(spec.log, "utf8").slice(offset).trim().split("\n").slice(-12).join("\n");
    throw new Error(`The ${spec.name} ${reason}. Its log (${spec.log}) ends with:\n${tail}`);
  }
  ready = true;
  if (!child) launch();

  return {
    name: spec.name,
    pid: () => child?.pid ?? null,
    restarts: () => restarts,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const current = child;
      if (!current) return;
      const gone = new Promise<void>((resolve) => current.once("exit", () => resolve()));
      current.kill("SIGTERM");
      const late = setTimeout(() => current.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(late);
    },
  };
}

async function answers(ready: string | number): Promise<boolean> {
  if (typeof ready === "number") {
    return new Promise((resolve) => {
      const socket = connect(ready, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  }
  try {
    const answer = await fetch(ready, { signal: AbortSignal.timeout(2000) });
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
}

function size(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
