import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { denoBinary } from "../../packages/stack/src/functions/deno-binary.ts";
import { projectFolder } from "../../packages/stack/src/postgres/folders.ts";
import { RELOAD } from "../../packages/stack/src/supervision/run-piece.ts";
import { freePorts } from "../support/free-ports.ts";
import { temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

const home = temporaryHome();
let folder = "";
let url = "";
let server: ChildProcess;

beforeEach(async ({ task }) => {
  folder = join(home, task.id);
  write("greet-learner", `export default { fetch: () => Response.json({ greeting: "hello" }) };`);
  write("crash", `export default { fetch: () => { throw new Error("password is 1234"); } };`);
  write("broken", "this is no program");
  write("empty", "export const nothing = 1;");
  write("_shared", "export default { fetch: () => new Response() };");
  const port = await freePorts(1);
  url = `http://127.0.0.1:${port}`;
  const script = join(projectFolder, "packages/stack/src/functions/serve-functions.ts");
  const rights = ["--allow-net", "--allow-env", "--allow-read"];
  server = spawn(denoBinary(), ["run", "--quiet", "--no-config", ...rights, script, folder, String(port)], {
    stdio: "ignore",
  });
  await until(async () => (await fetch(`${url}/_health`)).ok, 45);
});

afterEach(async () => {
  if (server.exitCode !== null) return;
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  await gone;
});

function write(name: string, text: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "index.ts"), text);
}

async function call(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${url}${path}`, { method: "POST" });
  return { status: answer.status, body: await answer.json() };
}

test("a function is found by its folder's name, under Supabase's path too", async () => {
  expect(await call("/greet-learner")).toEqual({ status: 200, body: { greeting: "hello" } });
  expect(await call("/functions/v1/greet-learner")).toEqual({ status: 200, body: { greeting: "hello" } });
});

test.each(["/nothing", "/_shared", "/..%2f..%2fetc", "/"])("%s is no function: 404 with a code", async (path) => {
  expect(await call(path)).toMatchObject({ status: 404, body: { code: "function_not_found", details: null } });
});

test("a function that crashes, cannot be loaded or has no handler answers 500 without saying why, and the others go on", async () => {
  for (const name of ["crash", "broken", "empty"]) {
    const { status, body } = await call(`/${name}`);
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: "function_failed", details: null });
    expect(JSON.stringify(body)).not.toMatch(/1234|index\.ts:|at /);
  }
  expect((await call("/greet-learner")).status).toBe(200);
});

test("a changed file ends the process with the code that asks for a new one", async () => {
  const ended = once(server, "exit");
  write("greet-learner", `export default { fetch: () => Response.json({ greeting: "good day" }) };`);
  expect((await ended)[0]).toBe(RELOAD);
});
