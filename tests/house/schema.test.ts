import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = new URL("../..", import.meta.url);

test("supabase/schema.sql is what the migrations make (if not: npm run schema)", async () => {
  expect(existsSync(new URL("supabase/schema.sql", root))).toBe(true);
  const { stdout } = await promisify(execFile)(process.execPath, ["packages/stack/src/main.ts", "schema", "--check"], {
    cwd: root,
  });
  expect(stdout).toContain("supabase/schema.sql is up to date.");
}, 180_000);
