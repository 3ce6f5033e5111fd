import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { denoBinary } from "../../packages/stack/src/functions/deno-binary.ts";
import { postgresBinaries } from "../../packages/stack/src/postgres/binaries.ts";
import { removeCluster, startPostgres } from "../../packages/stack/src/postgres/start-postgres.ts";

/** Starts a bare process and gives the seconds until it serves. */
export type Bare = () => Promise<number>;

const NODE =
  "require('node:http').createServer((_, answer) => answer.end()).listen(0, '127.0.0.1', function () { console.log(this.address().port); })";
const DENO =
  "Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, () => new Response())";

/** A Node that answers HTTP and does nothing else. */
export const bareNode: Bare = () => untilItAnswers(process.execPath, ["-e", NODE]);

/** A Deno that answers HTTP and does nothing else. */
export const bareDeno: Bare = () => untilItAnswers(denoBinary(), ["eval", DENO]);

async function untilItAnswers(program: string, args: string[]): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (chunk) => resolve(String(chunk).trim()));
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`${program} ended before it answered.`)));
    });
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    return (performance.now() - began) / 1000;
  } finally {
    child.kill("SIGKILL");
  }
}

/** A Postgres in a folder of its own with some work behind it: `restart` kills it with -9 and starts the bare program until it answers. */
export async function openBarePostgres(): Promise<{ restart: Bare; stop(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "seatline-bench-bare-"));
  chmodSync(home, 0o755);
  const port = await freePort();
  const first = await startPostgres({ home, port, password: "bench" });
  const { url, folder, user } = first;
  let running = first.pid;
  let child: ChildProcess | null = null;
  const ask = async (text: string) => {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql.unsafe(text);
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
  const launch = () => {
    child = spawn(postgresBinaries(user).postgres, ["-D", join(folder, "primary")], {
      cwd: "/",
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      ...(user && { uid: user.uid, gid: user.gid }),
      stdio: "ignore",
    });
    running = child.pid ?? 0;
  };
  await ask("create table rows (id bigint)");
  return {
    async restart() {
      await ask("insert into rows select generate_series(1, 20000)");
      const began = performance.now();
      process.kill(running, "SIGKILL");
      // What is left of the old server lets go of its memory in a moment; until then a new one ends at once.
      for (launch(); ; await pause(10)) {
        if (child?.exitCode !== null) launch();
        const answered = await ask("select 1").then(
          () => true,
          () => false,
        );
        if (answered && child?.exitCode === null) return (performance.now() - began) / 1000;
        if (performance.now() - began > 60_000) throw new Error("Postgres alone did not start again.");
      }
    },
    async stop() {
      if (child) process.kill(running, "SIGQUIT");
      while (child && child.exitCode === null && child.signalCode === null) await pause(10);
      await first.stop();
      removeCluster(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
