import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { supabaseFolder } from "./folders.ts";

/**
 * Runs the seed files that `supabase/config.toml` names once, in their order and in one transaction, as the role in `databaseUrl`, and
 * records them where the Supabase CLI does. Returns false when this database was seeded before.
 */
export async function seed(databaseUrl: string): Promise<boolean> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return await sql.begin(async (tx) => {
      await tx.unsafe(`
        create schema if not exists supabase_migrations;
        create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null)`);
      let seeded = false;
      for (const path of seedFiles()) {
        const text = readFileSync(join(supabaseFolder, path), "utf8");
        const hash = createHash("sha256").update(text).digest("hex");
        const added = await tx`
          insert into supabase_migrations.seed_files (path, hash) values (${`supabase/${path}`}, ${hash}) on conflict do nothing returning path`;
        if (added.length === 0) continue;
        await tx.unsafe(text);
        seeded = true;
      }
      return seeded;
    });
  } finally {
    await sql.end();
  }
}

/** The files of `[db.seed] sql_paths`, below `supabase/`. */
export function seedFiles(): string[] {
  const configuration = readFileSync(join(supabaseFolder, "config.toml"), "utf8");
  const [, list = ""] = /^\[db\.seed\][^[]*?^sql_paths = \[([^\]]*)\]/m.exec(configuration) ?? [];
  const files = Array.from(list.matchAll(/"\.\/([^"]+)"/g), ([, file = ""]) => file);
  if (files.length === 0) throw new Error("supabase/config.toml names no seed files: [db.seed] sql_paths is missing.");
  return files;
}
