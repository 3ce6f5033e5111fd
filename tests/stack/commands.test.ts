import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectFolder } from "../../packages/stack/src/postgres/folders.ts";
import { readState } from "../../packages/stack/src/supervision/state.ts";
import { freePorts } from "../support/free-ports.ts";
import { temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

const home = temporaryHome();
let port = 0;

beforeAll(async () => {
  port = await freePorts(11);
});

afterAll(async () => {
  await seatline("stop");
});

type Answer = { code: number; output: string };

/** Runs a command of the stack as `npm run` does, on this file's own folder and ports. */
async function seatline(...words: string[]): Promise<Answer> {
  const env = { ...process.env, SEATLINE_HOME: home, SEATLINE_PORT: String(port), NO_COLOR: "1" };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(projectFolder, "packages/stack/src/main.ts"), ...words],
      { env, timeout: 200_000 },
    );
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, output: failed.stdout + failed.stderr };
  }
}

async function status() {
  return JSON.parse((await seatline("status", "--json")).output);
}

async function query(text: string) {
  const sql = postgres((await status()).urls.database, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

describe("the commands", { timeout: 240_000 }, () => {
  test("start returns when everything answers and prints where it is", async () => {
    const { code, output } = await seatline("start");
    expect(output).toContain(`http://127.0.0.1:${port}`);
    expect(code).toBe(0);
    const keys = JSON.parse(readFileSync(join(home, "keys.json"), "utf8"));
    for (const value of [keys.publishableKey, keys.secretKey, keys.demoPassword]) expect(output).toContain(value);
    for (const name of ["learner", "instructor", "admin", "auditor"]) expect(output).toContain(`${name}@seatline.test`);
    const products = await fetch(`http://127.0.0.1:${port}/rest/v1/products?select=id&limit=1`, {
      headers: { apikey: keys.publishableKey },
    });
    expect(products.status).toBe(200);
  });

  test("keys are readable by their owner only", () => {
    expect(statSync(join(home, "keys.json")).mode & 0o777).toBe(0o600);
  });

  test("starting twice says so and prints the same addresses", async () => {
    const before = await status();
    const { code, output } = await seatline("start");
    expect(code).toBe(0);
    expect(output).toContain("already running");
    expect(output).toContain(before.publishable_key);
    expect((await status()).started_at).toBe(before.started_at);
  });

  test("status tells programs what runs", async () => {
    const names = async () => (await status()).pieces.map((piece: { name: string }) => piece.name);
    // a piece that is being started again is not there for a moment
    await expect.poll(names).toEqual(expect.arrayContaining(["postgres", "standby", "gateway", "rest", "functions"]));
    const report = await status();
    expect(report).toMatchObject({ running: true, status: "ready", ports: { gateway: port, postgres: port + 1 } });
    expect(report.pieces.every((piece: { running: boolean }) => piece.running)).toBe(true);
  });

  test("logs of one piece are printed, an unknown piece is refused", async () => {
    expect((await seatline("logs", "postgres", "--no-follow")).output).toContain("ready to accept connections");
    expect((await seatline("logs", "nothing", "--no-follow")).code).toBe(1);
  });

  test("data and keys survive stop and start, and two starts at the same moment give one stack", async () => {
    await query("create table public.kept as select 7 as value");
    const before = await status();
    expect((await seatline("stop")).code).toBe(0);
    expect(await status()).toMatchObject({ running: false, pieces: [] });
    expect((await seatline("stop")).output).toContain("not running");
    const answers = await Promise.all([seatline("start"), seatline("start")]);
    expect(answers).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(await query("select value from public.kept")).toEqual([{ value: 7 }]);
    expect(await status()).toMatchObject({ status: "ready", secret_key: before.secret_key });
  });

  test("a stack killed with -9 is repaired by the next start, with every sale kept", async () => {
    await query("insert into public.kept values (8)");
    const killed = readState(home);
    process.kill(killed?.owner?.pid ?? 0, "SIGKILL");
    await until(async () => (await status()).running === false, 30);
    expect(await seatline("start")).toMatchObject({ code: 0 });
    const now = await status();
    const pids = now.pieces.map((piece: { pid: number }) => piece.pid);
    for (const piece of Object.values(killed?.pieces ?? {})) expect(pids).not.toContain(piece.pid);
    expect(await query("select value from public.kept order by 1")).toEqual([{ value: 7 }, { value: 8 }]);
  });

  test("reset asks first, and then deletes the data but nothing that is not its own", async () => {
    const refused = await seatline("reset");
    expect(refused).toMatchObject({ code: 1 });
    expect((await status()).running).toBe(true);
    mkdirSync(join(home, "mine"));
    writeFileSync(join(home, "mine", "note"), "stays");
    const { secretKey } = JSON.parse(readFileSync(join(home, "keys.json"), "utf8"));
    expect((await seatline("reset", "--yes")).code).toBe(0);
    expect((await status()).running).toBe(false);
    expect(readFileSync(join(home, "mine", "note"), "utf8")).toBe("stays");
    expect(JSON.parse(readFileSync(join(home, "keys.json"), "utf8")).secretKey).toBe(secretKey);
    expect(await seatline("start")).toMatchObject({ code: 0 });
    expect(await query("select to_regclass('public.kept') as there")).toEqual([{ there: null }]);
  });
});
