import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { supabaseFolder } from "../postgres/folders.ts";
import { bootstrap, changeUrl } from "../postgres/index.ts";
import { runProgram } from "../postgres/run-program.ts";
import { generatedFile } from "./generated-file.ts";
import { withFreshDatabase } from "./with-fresh-database.ts";

/**
 * Writes supabase/schema.sql: everything the migrations make, as one script, so that a review sees the whole schema and a test that the
 * migrations say what the file says. With `check` fails when the committed file differs.
 */
export async function schema(options: { check?: boolean }): Promise<void> {
  const text = await withFreshDatabase(({ superuser }) => schemaOf(superuser));
  generatedFile(join(supabaseFolder, "schema.sql"), text, { check: options.check, command: "npm run schema" });
}

/**
 * The difference between a new project and the migrated database of a superuser's URL: Supabase's own schemas stay out of it. Makes a new
 * project beside it for a moment.
 */
export async function schemaOf(migrated: string): Promise<string> {
  const name = `before_migrations_${randomBytes(6).toString("hex")}`;
  const before = changeUrl(migrated, { database: name });
  const sql = postgres(migrated, { max: 1, onnotice: () => {} });
  try {
    await sql`create database ${sql(name)} owner postgres`;
    await bootstrap(before);
    return await difference(before, migrated);
  } finally {
    await sql`drop database if exists ${sql(name)} with (force)`;
    await sql.end();
  }
}

async function difference(before: string, migrated: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "seatline-schema-"));
  const plan = join(folder, "plan.json");
  const script = join(folder, "schema.sql");
  try {
    await pgDelta("plan", "--source", before, "--desired", migrated, "--out", plan);
    await pgDelta("render", "--plan", plan, "--out", script, "--allow-drops");
    return tidy(readFileSync(script, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pgDelta(...args: string[]): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@supabase/pg-delta");
  const script = join(dirname(entry), "cli", "main.js");
  return runProgram(process.execPath, { args: [script, ...args], name: `pgdelta ${args[0]}` });
}

function tidy(script: string): string {
  const statements = script.trim().split("\n\n");
  // Everything belongs to postgres, who ran the migrations, and the CLI's own history is no part of the schema.
  const shown = statements.filter(
    (text) => !/ OWNER TO "postgres";$/.test(text) && !text.includes('"supabase_migrations"'),
  );
  return `-- Generated from supabase/migrations by \`npm run schema\`. Do not edit.\n\n${shown.join("\n\n")}\n`;
}
