import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { supabaseFolder } from "../postgres/folders.ts";

/**
 * Names the migration files that were edited after this home's database had taken them: until 1.0 they are edited in place, and an old
 * database does not notice. Remembers the contents of new ones in `<home>/migrations.json`.
 */
export function changedMigrations(home: string, applied: string[]): string[] {
  const folder = join(supabaseFolder, "migrations");
  const file = join(home, "migrations.json");
  const known: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const changed: string[] = [];
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".sql"))) {
    const sum = createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
    if (known[name] === undefined || applied.some((version) => name.startsWith(`${version}_`))) known[name] = sum;
    else if (known[name] !== sum) changed.push(name);
  }
  writeFileSync(file, `${JSON.stringify(known, null, 2)}\n`);
  return changed;
}
