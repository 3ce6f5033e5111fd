import type { Sql } from "../support/database.ts";

/** Changes or deletes accounts as Supabase Auth does: by a role that no policy and no grant of ours concerns. */
export async function asAuth<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  const [before] = await sql`select current_setting('role') as role`;
  await sql`select set_config('role', 'none', true)`;
  const result = await work();
  await sql`select set_config('role', ${before?.role}, true)`;
  return result;
}

/** Deletes an account, as `auth.admin.deleteUser` does. */
export async function deleteAccount(sql: Sql, id: string): Promise<void> {
  await asAuth(sql, () => sql`delete from auth.users where id = ${id}`);
}
