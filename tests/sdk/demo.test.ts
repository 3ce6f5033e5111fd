import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const script = fileURLToPath(new URL("../../packages/sdk/demo/main.ts", import.meta.url));

/** Runs `npm run demo` for the stack of this folder. */
function demo(home: string): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { env: { ...process.env, SEATLINE_HOME: home } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
}

test("npm run demo plays the whole story, without colours where nobody looks", async () => {
  const { exitCode, output } = await demo(stack.home);
  expect({ exitCode, output }).toMatchObject({ exitCode: 0, output: expect.stringContaining("All as promised.") });
  expect(output).toContain("409 already_enrolled");
  expect(output).toMatch(/CERT-[\w-]+: Sari Wijaya completed JavaScript from Zero/);
  expect(output).not.toContain("\u001b[");
});

test("npm run demo without a stack says how to start one, and fails", async () => {
  const home = mkdtempSync(join(tmpdir(), "seatline-none-"));
  const { exitCode, output } = await demo(home).finally(() => rmSync(home, { recursive: true }));
  expect({ exitCode, output }).toMatchObject({ exitCode: 1, output: expect.stringContaining("npm start") });
});
