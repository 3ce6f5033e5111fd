import { readFileSync } from "node:fs";
import { expect, inject, test } from "vitest";
import { schemaOf } from "../../packages/stack/src/commands/schema.ts";
import { changeUrl } from "../../packages/stack/src/postgres/index.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase();

test("supabase/schema.sql is what the migrations make (if not: npm run schema)", async () => {
  const made = await schemaOf(changeUrl(inject("databaseUrl"), { database: database.name }));
  expect(made.length).toBeGreaterThan(100_000);
  expect(readFileSync(new URL("../../supabase/schema.sql", import.meta.url), "utf8")).toBe(made);
}, 180_000);
