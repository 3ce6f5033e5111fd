import { spawn } from "node:child_process";
import { chownSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pgHbaConf, postgresqlConf } from "./configuration.ts";
import { endProcess, processRecord } from "./process-identity.ts";
import type { SystemUser } from "./system-user.ts";

/** How to run one server on an existing data folder. */
export type ServerOptions = {
  binary: string;
  data: string;
  socketFolder: string;
  log: string;
  user: SystemUser;
  port: number;
  settings?: Record<string, string | number>;
  /** Priority from 0 (normal) to 19 (only what others leave). */
  nice?: number;
};

/** A running Postgres server, primary or standby. */
export type RunningServer = {
  pid: number;
  /** Resolves with a sentence when the server ends by itself or is stopped. */
  ended: Promise<string>;
  /** Fast shutdown: ends sessions, writes a checkpoint, resolves when the process is gone. */
  stop(): Promise<void>;
};

/** Runs `postgres` on a data folder and resolves when it accepts connections; throws with the end of its log otherwise. */
export async function runServer(options: ServerOptions): Promise<RunningServer> {
  const { data, user } = options;
  await endLeftover(data);
  writeOwned(join(data, "postgresql.conf"), postgresqlConf(options), user);
  writeOwned(join(data, "pg_hba.conf"), pgHbaConf, user);
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptStart(options);
    } catch (error) {
      // After a kill -9 the children of the old server need a moment to notice and let go of its shared memory.
      if (attempt >= 20 || !/shared memory block|is still in use/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Ends a server that still runs on this data folder and removes its lock file; a lock whose process id now belongs to another program is stale. */
export async function endLeftover(data: string): Promise<void> {
  const lock = join(data, "postmaster.pid");
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, "utf8").split("\n")[0]);
  const server = processRecord(pid);
  const signals: [NodeJS.Signals, number][] = [
    ["SIGINT", 15],
    ["SIGQUIT", 5],
    ["SIGKILL", 5],
  ];
  if (server?.command.includes(`-D ${data}`) && !(await endProcess(server, signals)))
    throw new Error(`Postgres process ${pid} on ${data} does not end. End it with \`kill -9 ${pid}\` and start again.`);
  rmSync(lock, { force: true });
}

async function attemptStart(options: ServerOptions): Promise<RunningServer> {
  const { binary, data, log, user, nice = 0 } = options;
  const logFile = openSync(log, "a");
  const args = ["-D", data];
  const [program, programArgs] = nice ? ["nice", ["-n", String(nice), binary, ...args]] : [binary, args];
  const since = existsSync(log) ? readFileSync(log).length : 0;
  const child = spawn(program, programArgs, {
    cwd: "/",
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    ...(user && { uid: user.uid, gid: user.gid }),
    stdio: ["ignore", logFile, logFile],
    detached: true,
  });
  let over = "";
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(`Postgres ended with ${signal ?? code}`));
  });
  ended.then((reason) => {
    over = reason;
  });
  const lock = join(data, "postmaster.pid");
  const until = Date.now() + 60_000;
  while (!isReady(lock, child.pid)) {
    if (over || Date.now() > until) {
      child.kill("SIGQUIT");
      const tail = readFileSync(log, "utf8").slice(since).trim().split("\n").slice(-15).join("\n");
      throw new Error(`Postgres did not start on port ${options.port}. ${over}\n${tail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const pid = child.pid as number;
  const stop = async () => {
    if (over) return;
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGQUIT"), 20_000);
    await ended;
    clearTimeout(late);
  };
  return { pid, ended, stop };
}

/** The eighth line of postmaster.pid says `ready` (or `standby`) once connections are accepted. */
function isReady(lock: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(lock, "utf8").split("\n");
    return Number(lines[0]) === pid && ["ready", "standby"].includes(lines[7]?.trim() ?? "");
  } catch {
    return false;
  }
}

function writeOwned(file: string, text: string, user: SystemUser): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (user) chownSync(file, user.uid, user.gid);
}
