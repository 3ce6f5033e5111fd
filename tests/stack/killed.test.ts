import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stack, startStack } from "../../packages/stack/src/index.ts";
import { processRecord } from "../../packages/stack/src/postgres/process-identity.ts";
import { readState } from "../../packages/stack/src/supervision/state.ts";
import { freePorts } from "../support/free-ports.ts";
import { smallServer, temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

const home = temporaryHome();
let stack: Stack;
const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });

beforeAll(async () => {
  // What a killed stack would have left, except that its ids now belong to someone else.
  const record = {
    ...processRecord(bystander.pid ?? 0),
    pid: bystander.pid ?? 0,
    command: "node gateway/main.ts",
    started: "1",
  };
  const state = {
    owner: record,
    status: "ready",
    ports: {},
    startedAt: "",
    pieces: { gateway: { ...record, restarts: 0 } },
  };
  writeFileSync(join(home, "state.json"), JSON.stringify(state));
  writeFileSync(join(home, "lock.json"), JSON.stringify(record));
  stack = await startStack({
    home,
    port: await freePorts(11),
    pieces: ["rest", "standby"],
    seed: false,
    settings: smallServer,
  });
});

afterAll(async () => {
  await stack?.stop();
  bystander.kill();
});

test("a process that has no command line yet is waited for, one that has none any more is not", async () => {
  // for a moment every new process looks so; this one does for longer
  const nameless = spawn(process.execPath, [
    "-e",
    "process.title = ''; console.log(); setTimeout(() => { process.title = 'named'; }, 300); setInterval(() => {}, 1000)",
  ]);
  await new Promise((resolve) => nameless.stdout.once("data", resolve));
  expect(processRecord(nameless.pid ?? 0)).toMatchObject({ pid: nameless.pid });
  const ended = new Promise((resolve) => nameless.once("exit", resolve));
  nameless.kill("SIGKILL");
  await ended;
  expect(processRecord(nameless.pid ?? 0)).toBeNull();
});

/** Ends a piece as a crash would and waits until another process has taken its place and the question is answered with yes. */
async function killAndWait(name: string, works: () => Promise<boolean>): Promise<void> {
  const before = readState(home)?.pieces[name]?.pid ?? 0;
  process.kill(before, "SIGKILL");
  await until(async () => {
    const now = readState(home)?.pieces[name]?.pid;
    return now !== undefined && now !== before && (await works());
  }, 15);
}

async function selectOne(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 1, onnotice: () => {} });
  try {
    return (await sql`select 1`).length === 1;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

test("a process that got the id of a killed piece is left alone", () => {
  expect(bystander.exitCode).toBeNull();
  expect(bystander.signalCode).toBeNull();
});

test("PostgREST killed with -9 is started again", async () => {
  await killAndWait("rest", async () => (await fetch(`${stack.urls.rest}/`)).ok);
  expect(readState(home)?.pieces.rest?.restarts).toBe(1);
});

test("Postgres killed with -9 is started again and PostgREST finds it", async () => {
  await killAndWait("postgres", () => selectOne(stack.urls.database));
  await until(async () => (await fetch(`${stack.urls.rest}/`)).ok, 15);
});

test("the standby killed with -9 follows again", async () => {
  await killAndWait("standby", () => selectOne(stack.urls.standby));
});

test("a second start on the same folder is refused", async () => {
  await expect(startStack({ home, port: await freePorts(11), pieces: [] })).rejects.toThrow("is in use by process");
  expect(await selectOne(stack.urls.database)).toBe(true);
});

test("stopping ends every process", async () => {
  const pids = Object.values(readState(home)?.pieces ?? {}).map((piece) => piece.pid);
  expect(pids).toHaveLength(3);
  await stack.stop();
  expect(pids.filter((pid) => processRecord(pid))).toEqual([]);
  expect(readState(home)).toBeNull();
});
