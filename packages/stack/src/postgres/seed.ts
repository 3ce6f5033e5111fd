import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { supabaseFolder } from "./folders.ts";

/**
 * Runs `supabase/seed.sql` once, in one transaction, as the role in `databaseUrl`, and records it where the Supabase CLI does.
 * Returns false when this database was seeded before or there is no file.
 */
export async function seed(databaseUrl: string): Promise<boolean> {
  const file = join(supabaseFolder, "seed.sql");
  if (!existsSync(file)) return false;
  const text = readFileSync(file, "utf8");
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return await sql.begin(async (tx) => {
      await tx.unsafe(`
        create schema if not exists supabase_migrations;
        create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null)`);
      const hash = createHash("sha256").update(text).digest("hex");
      const added = await tx`
        insert into supabase_migrations.seed_files (path, hash) values ('supabase/seed.sql', ${hash}) on conflict do nothing returning path`;
      if (added.length === 0) return false;
      await tx.unsafe(text);
      return true;
    });
  } finally {
    await sql.end();
  }
}
