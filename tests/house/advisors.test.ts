import { expect, test } from "vitest";
import { supabase } from "../../packages/stack/src/postgres/index.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase({ invariants: false });

type Finding = { name: string; level: string; detail: string };

// Counts how often an index was read since the database was made, which in a new database is never.
const aboutUse = "unused_index";

// Its body was parsed when it was made, so it depends on no search path (conventions.sql has the rule).
const inlined = "Function `private.is_on_sale` has a role mutable search_path";

async function findings(): Promise<string[]> {
  const options = ["--level", "info", "--output-format", "json", "--agent", "no"];
  const output = await supabase(["db", "advisors", `--remote=${database.url}`, ...options]);
  const { results } = JSON.parse(output) as { results: Finding[] };
  return results
    .filter((finding) => finding.name !== aboutUse && finding.detail !== inlined)
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
