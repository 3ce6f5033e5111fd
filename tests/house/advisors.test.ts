import { expect, test } from "vitest";
import { supabase } from "../../packages/stack/src/postgres/index.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase({ invariants: false });

type Finding = { name: string; level: string; detail: string };

// Counts how often an index was read since the database was made, which in a new database is never.
const aboutUse = "unused_index";

async function findings(): Promise<string[]> {
  const options = ["--level", "info", "--output-format", "json", "--agent", "no"];
  const output = await supabase(["db", "advisors", `--remote=${database.url}`, ...options]);
  const { results } = JSON.parse(output) as { results: Finding[] };
  // A body that was parsed when the function was made depends on no search path, and an aggregate has no body (conventions.sql has the rule).
  const parsed = await database.sql`
    select pronamespace::regnamespace || '.' || proname as name from pg_proc where prokind = 'a' or prosqlbody is not null and not prosecdef`;
  const aboutParsed = new Set(parsed.map(({ name }) => `Function \`${name}\` has a role mutable search_path`));
  return results
    .filter((finding) => finding.name !== aboutUse && !aboutParsed.has(finding.detail))
    .map((finding) => `${finding.level} ${finding.name}: ${finding.detail}`);
}

test("Supabase's advisors find nothing", async () => {
  expect(await findings()).toEqual([]);
});

test("Supabase's advisors do find a table without row level security", async () => {
  await database.sql`create table public.open_to_all (id uuid primary key)`;
  await database.sql`grant select on public.open_to_all to anon`;
  expect((await findings()).join()).toContain("rls_disabled_in_public");
});
