/** Makes a connection URL on 127.0.0.1; the user is the superuser `supabase_admin` and the database `postgres` unless given. */
export function databaseUrl(parts: { port: number; password: string; user?: string; database?: string }): string {
  const { port, password, user = "supabase_admin", database = "postgres" } = parts;
  return `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** The same server and database as another user, or the same user on another database. */
export function changeUrl(url: string, change: { user?: string; password?: string; database?: string }): string {
  const changed = new URL(url);
  if (change.user !== undefined) changed.username = change.user;
  if (change.password !== undefined) changed.password = encodeURIComponent(change.password);
  if (change.database !== undefined) changed.pathname = `/${change.database}`;
  return changed.href;
}
