import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { denoBinary } from "../../packages/stack/src/functions/deno-binary.ts";
import { scriptedServer } from "./scripted-server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = `
  import { createSeatline } from "@seatline/sdk";
  const client = createSeatline({ url: "URL", key: "sb_publishable_test" });
  const { data } = await client.orders.list();
  const code = await client.courses.mine().catch((error) => error.code);
  console.log(JSON.stringify({ ids: data.map(({ id }) => id), code }));
`;

/** Runs a program from the checkout's root through standard input and gives what it printed. */
function run(command: string, args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, timeout: 60_000 });
    let printed = "";
    let errors = "";
    child.stdout.on("data", (text) => (printed += text));
    child.stderr.on("data", (text) => (errors += text));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(printed) : reject(new Error(errors))));
    child.stdin.end(input);
  });
}

test.each([
  ["Node", process.execPath, ["--input-type=module-typescript", "-"]],
  [
    "Deno",
    denoBinary(),
    ["run", "--quiet", "--no-prompt", "--no-lock", "--ext=ts", "--allow-net", "--allow-env", "--allow-read", "-"],
  ],
])("the SDK runs as it is in %s", async (_runtime, command, args) => {
  const refusal = { status: 401, body: { code: "sign_in_required", message: "Nobody is signed in." } };
  const { url } = await scriptedServer({ body: [{ id: "order-1", placed_at: "2026-01-01T00:00:00+00:00" }] }, refusal);
  const printed = await run(command, args, program.replace("URL", url));
  expect(JSON.parse(printed)).toEqual({ ids: ["order-1"], code: "sign_in_required" });
});
