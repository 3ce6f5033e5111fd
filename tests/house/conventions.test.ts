import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";

const conventions = readFileSync(new URL("conventions.sql", import.meta.url), "utf8");
const badSample = readFileSync(new URL("conventions-bad-sample.sql", import.meta.url), "utf8");
const rules = [...conventions.matchAll(/^(?:union all )?select '([^']+)'/gm)].map((match) => String(match[1]));

const database = useDatabase({ invariants: false });

test("the schema keeps every convention", async () => {
  expect([...(await database.sql.unsafe(conventions))]).toEqual([]);
});

test("every convention is a rule that the bad sample breaks", async () => {
  const sql = await database.sql.reserve();
  await sql`begin`;
  await sql.unsafe(badSample);
  const fired = new Set((await sql.unsafe(conventions)).map((row) => row.rule));
  await sql`rollback`;
  sql.release();
  expect(rules.length).toBeGreaterThan(25);
  expect(rules.filter((rule) => !fired.has(rule))).toEqual([]);
});

test("half-wrapped policies and keys with half an index are found", async () => {
  const sql = await database.sql.reserve();
  await sql`begin`;
  await sql.unsafe(badSample);
  const found = (await sql.unsafe(conventions)).map((row) => `${row.rule}: ${row.what}`);
  await sql`rollback`;
  sql.release();
  expect(found).toContain("policy calls a function per row: public.bad_rows.select_half_wrapped");
  expect(found).toContain("foreign key without index: bad_rows.bad_rows_parent_id_parent_side_fkey");
  expect(found).not.toContain("foreign key without index: bad_rows.bad_rows_parent_id_fkey");
});
