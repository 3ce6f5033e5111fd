import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { supabase } from "../../stack/src/postgres/index.ts";

const heading = "// Made from supabase/migrations by `npm run types`. Do not edit: refinements are in types.ts.\n\n";

/** The text of src/database.types.ts for a migrated database: what the Supabase CLI writes for schema public, formatted. */
export async function generateTypes(databaseUrl: string): Promise<string> {
  const target = `--remote=${databaseUrl}`;
  const printed = await supabase(["gen", "types", "--lang", "typescript", "--schema", "public", target]);
  // The CLI also prints remarks about the connection, to the same output.
  const start = printed.indexOf("export type Json");
  if (start === -1) throw new Error(`The Supabase CLI printed no types:\n${printed}`);
  // Formatted, a new column is one line of a diff.
  const biome = join(dirname(createRequire(import.meta.url).resolve("@biomejs/biome/package.json")), "bin", "biome");
  const args = [biome, "format", "--stdin-file-path=types.ts"];
  return heading + execFileSync(process.execPath, args, { input: printed.slice(start), encoding: "utf8" });
}
