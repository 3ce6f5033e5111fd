import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useStack } from "../support/stack.ts";
import { shellRequest } from "./shell-request.ts";

const root = new URL("../../", import.meta.url);
const stack = useStack();

/** A fenced block of a document, with the text between it and the next block. */
type Block = { language: string; code: string; after: string };

function blocksOf(file: string): Block[] {
  const markdown = readFileSync(new URL(file, root), "utf8");
  const fence = /^```(\w+)\n([\s\S]*?)^```\n([\s\S]*?)(?=^```|$(?![\s\S]))/gm;
  return Array.from(markdown.matchAll(fence), ([, language = "", code = "", after = ""]) => ({
    language,
    code,
    after,
  }));
}

/** Runs TypeScript from the checkout's root, as a file there would run, and gives what it printed. */
function runTypeScript(code: string): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const { publishableKey: SEATLINE_KEY, secretKey: SEATLINE_SECRET_KEY } = stack.keys;
    const env = { ...process.env, SEATLINE_URL: stack.urls.api, SEATLINE_KEY, SEATLINE_SECRET_KEY };
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-"], {
      cwd: fileURLToPath(root),
      env,
      timeout: 60_000,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
    child.stdin.end(code);
  });
}

test("the first TypeScript in README.md runs against the stack", async () => {
  const block = blocksOf("README.md").find(({ language }) => language === "ts");
  expect(block).toBeDefined();
  const { exitCode, output } = await runTypeScript(block?.code ?? "");
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
});

test("the shop of docs/catalog.md is filled as it says, and its prices are what its remarks say", async () => {
  const blocks = blocksOf("docs/catalog.md").filter(({ language }) => language === "ts");
  const { exitCode, output } = await runTypeScript(blocks.map(({ code }) => code).join("\n"));
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  expect(output).toMatch(/4000000 \{[^}]*kind: 'tier'[^}]*\}\s+4500000 Dua gratis satu/);
});

describe("docs/rest.md", () => {
  const statuses = new Map([["enroll-2", 409]]);

  test("every command works in its order, and the last is refused as it says", async () => {
    const commands = blocksOf("docs/rest.md").filter(
      ({ language, code }) => language === "sh" && code.startsWith("curl "),
    );
    expect(commands.length).toBeGreaterThan(10);
    const kept: Record<string, string> = { SEATLINE_URL: stack.urls.api, SEATLINE_KEY: stack.keys.publishableKey };
    const email = `rest-${randomBytes(6).toString("hex")}@example.test`;
    for (const { code, after } of commands) {
      const request = shellRequest(code.replace("sari@example.test", email), kept);
      const answer = await fetch(request);
      const body: unknown = await answer.json();
      const refused = [...statuses].find(([mark]) => code.includes(mark))?.[1];
      expect({ code, status: answer.status, body }).toMatchObject({ status: refused ?? 200 });
      expect(Array.isArray(body) && body.length === 0, `${code} answered with nothing`).toBe(false);
      for (const [, path = "", name = ""] of after.matchAll(/Keep `([^`]+)` as `([A-Z_]+)`/g))
        kept[name] = String(pick(body, path));
    }
    expect(Object.keys(kept)).toEqual(expect.arrayContaining(["TOKEN", "ORDER", "LAST_ID"]));
  });
});

function pick(value: unknown, path: string): unknown {
  const found = path.split(".").reduce((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);
  if (found === undefined) throw new Error(`The answer has no ${path}: ${JSON.stringify(value)}`);
  return found;
}
