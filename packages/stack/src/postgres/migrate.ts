import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { projectFolder, supabaseFolder } from "./folders.ts";
import { runProgram } from "./run-program.ts";

/**
 * Applies what is pending in `supabase/migrations` with the Supabase CLI, as the role in `databaseUrl` (the non-superuser `postgres`,
 * as on hosted Supabase). Returns the versions applied; with nothing pending it does not start the CLI.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length === 0) return [];
  await supabase(["migration", "up", "--include-all", `--remote=${databaseUrl}`, "--yes"]);
  return pending;
}

/** Versions (14 digits) in `supabase/migrations` that the database has not recorded. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const folder = join(supabaseFolder, "migrations");
  const versions = existsSync(folder)
    ? readdirSync(folder)
        .map((file) => /^(\d+)_.*\.sql$/.exec(file)?.[1])
        .filter((version) => version !== undefined)
        .sort()
    : [];
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [table] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as there`;
    if (!table?.there) return versions;
    const rows = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
    const applied = new Set(rows.map((row) => row.version));
    return versions.filter((version) => !applied.has(version));
  } finally {
    await sql.end();
  }
}

/** Runs the Supabase CLI of this checkout and gives its output. */
export function supabase(args: string[]): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve("supabase/package.json");
  const script = join(dirname(manifest), "dist", "supabase.js");
  return runProgram(process.execPath, {
    args: [script, ...args, "--workdir", projectFolder],
    env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    cwd: projectFolder,
    name: `supabase ${args.slice(0, 2).join(" ")}`,
  });
}
