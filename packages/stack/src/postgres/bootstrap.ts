import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { App, type Connection, getStorageSchemaSql } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import postgres from "postgres";

const read = (file: string) => readFileSync(new URL(`./sql/${file}`, import.meta.url), "utf8");
const sources = {
  roles: read("roles.sql"),
  schemas: read("schemas.sql"),
  owners: read("owners.sql"),
  auth: read("auth.sql"),
};
const mark = `bootstrap ${createHash("sha256").update(Object.values(sources).join()).digest("hex").slice(0, 16)}`;

/**
 * Makes the database in `adminUrl` look like a new hosted Supabase project: roles with limits, schemas auth, storage and extensions,
 * default privileges. `adminUrl` is the superuser's; all login roles get `password` (default: the one in the URL).
 * Safe to repeat; returns at once when this version was already applied to that database.
 */
export async function bootstrap(adminUrl: string, options: { password?: string } = {}): Promise<void> {
  const password = options.password ?? decodeURIComponent(new URL(adminUrl).password);
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`select obj_description(to_regnamespace('auth'), 'pg_namespace') as mark`;
    if (found?.mark === mark) return;
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(7326001)`;
      await tx.unsafe(sources.roles);
      for (const role of ["postgres", "authenticator", "supabase_auth_admin", "supabase_storage_admin"]) {
        await tx.unsafe(`alter role ${role} password '${password.replaceAll("'", "''")}'`);
      }
      await tx.unsafe(sources.schemas);
    });
    await makeSystemTables(adminUrl);
    await sql.unsafe(getStorageSchemaSql());
    await sql.unsafe(sources.owners);
    await sql.unsafe(`${sources.auth}; comment on schema auth is '${mark}'`);
  } finally {
    await sql.end();
  }
}

/** Puts auth.uid, role, email and jwt back into Supabase's form. Needed after every `ensureSystemSchema` of @supabase/lite. */
export async function restoreAuthFunctions(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(sources.auth);
  } finally {
    await sql.end();
  }
}

async function makeSystemTables(adminUrl: string): Promise<void> {
  const connection = createPostgresConnection({ url: adminUrl, postgresOptions: { max: 1, onnotice: () => {} } });
  try {
    // The two packages declare the same class twice, once per entry point.
    const app = new App({
      connection: connection as unknown as Connection,
      auth: { enabled: true },
    });
    await app.ensureSystemSchema();
  } finally {
    await connection.close();
  }
}
