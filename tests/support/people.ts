import { randomBytes, randomUUID } from "node:crypto";
import type { Pool, Sql } from "./database.ts";

/** The roles of staff, as rows of `public.roles`. */
export const staffRoles = [
  "instructor",
  "support",
  "warehouse",
  "courier",
  "finance",
  "catalog_manager",
  "admin",
  "auditor",
] as const;
export type StaffRole = (typeof staffRoles)[number];

/** The headers a request carries unless a test sets others. */
const headers = { "x-request-id": "test-request", "user-agent": "seatline-tests" };

/**
 * Makes an account as Supabase Auth does (a trigger makes the profile) and gives its id, which is the profile's. Inside a transaction the
 * role stays what it was.
 */
export async function newCustomer(sql: Sql, metadata: Record<string, unknown> = {}): Promise<string> {
  if ("begin" in sql) return (sql as Pool).begin((transaction) => newCustomer(transaction, metadata));
  const id = randomUUID();
  const email = `${id.slice(0, 8)}-${randomBytes(4).toString("hex")}@example.test`;
  const [before] = await sql`select current_setting('role') as role`;
  await sql`select set_config('role', 'none', true)`;
  await sql`insert into auth.users (id, email, aud, role, raw_user_meta_data)
    values (${id}, ${email}, 'authenticated', 'authenticated', ${JSON.stringify(metadata)}::text::jsonb)`;
  await sql`select set_config('role', ${before?.role}, true)`;
  return id;
}

/** From here on the transaction acts as nobody in particular: what the publishable key alone may do. */
export async function asAnon(sql: Sql): Promise<void> {
  await actAs(sql, "anon", { role: "anon" });
}

/** From here on the transaction acts as this customer (a new one when none is named); gives the profile's id. */
export async function asCustomer(sql: Sql, profileId?: string): Promise<string> {
  const id = profileId ?? (await newCustomer(sql));
  await actAs(sql, "authenticated", userClaims(id));
  return id;
}

/** From here on the transaction acts as staff with this role (a new person when none is named); gives the profile's id. */
export async function asStaff(sql: Sql, role: StaffRole, profileId?: string): Promise<string> {
  const id = profileId ?? (await newCustomer(sql));
  await asOwner(sql);
  await sql`insert into public.role_members (profile_id, role) values (${id}, ${role}) on conflict do nothing`;
  return asCustomer(sql, id);
}

/** From here on the transaction acts as the secret key does. */
export async function asService(sql: Sql): Promise<void> {
  await actAs(sql, "service_role", { role: "service_role" });
}

/** From here on the transaction is the owner `postgres` again, with no request around it, as a migration or the worker is. */
export async function asOwner(sql: Sql): Promise<void> {
  await sql`select
    set_config('role', 'postgres', true), set_config('request.jwt.claims', '', true), set_config('request.method', '', true),
    set_config('request.path', '', true), set_config('request.headers', '', true), set_config('request.cookies', '', true)`;
}

/** The claims of a user's token as Supabase Auth signs them. */
export function userClaims(id: string): Record<string, unknown> {
  return {
    sub: id,
    role: "authenticated",
    aud: "authenticated",
    session_id: randomUUID(),
    app_metadata: { provider: "email", providers: ["email"] },
  };
}

// The settings are those PostgREST makes at the start of every request's transaction.
async function actAs(sql: Sql, role: string, claims: Record<string, unknown>): Promise<void> {
  await sql`select
    set_config('search_path', 'public, extensions', true), set_config('role', ${role}, true),
    set_config('request.jwt.claims', ${JSON.stringify(claims)}, true), set_config('request.method', 'POST', true),
    set_config('request.path', '/', true), set_config('request.headers', ${JSON.stringify(headers)}, true),
    set_config('request.cookies', '{}', true)`;
}
