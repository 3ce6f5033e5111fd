import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { postgresBinaries } from "./binaries.ts";
import { copyFolder } from "./copy-folder.ts";
import { changeUrl, databaseUrl } from "./database-url.ts";
import { endLeftover, type RunningServer, runServer } from "./run-server.ts";
import type { RunningPostgres } from "./start-postgres.ts";

/** Where and how to run the standby. */
export type StandbyOptions = {
  port: number;
  /** File for the server's messages. */
  log: string;
  /** The same changed settings as the primary got: a standby refuses to start with fewer connections than its primary. */
  settings?: Record<string, string | number>;
};

/** A running standby. */
export type RunningStandby = RunningServer & {
  /** URL of `postgres` on the standby; writes are refused with 25006. */
  url: string;
  port: number;
};

/**
 * Starts a streaming standby of a running primary, at low priority, and resolves when it has what the primary had. Takes a base backup on the first start
 * and again when the existing copy can no longer follow (its primary was reset, or the log it needs is gone).
 */
export async function startStandby(primary: RunningPostgres, options: StandbyOptions): Promise<RunningStandby> {
  const data = join(primary.folder, "standby");
  if (existsSync(data)) {
    const standby = await follow(primary, data, options, 6).catch(() => null);
    if (standby) return standby;
  }
  await endLeftover(data);
  await takeBaseBackup(primary, data);
  const standby = await follow(primary, data, options, 60);
  if (!standby)
    throw new Error(
      `The standby on port ${options.port} does not follow its primary; its log says why: ${options.log}`,
    );
  return standby;
}

async function follow(
  primary: RunningPostgres,
  data: string,
  options: StandbyOptions,
  seconds: number,
): Promise<RunningStandby | null> {
  const { password } = new URL(primary.url);
  const server = await runServer({
    binary: postgresBinaries(primary.user).postgres,
    data,
    socketFolder: primary.folder,
    log: options.log,
    user: primary.user,
    port: options.port,
    nice: 19,
    settings: {
      ...options.settings,
      shared_buffers: "64MB",
      primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=${decodeURIComponent(password)} application_name=standby`,
      // The primary is on this machine: when it comes back, follow at once.
      wal_retrieve_retry_interval: "500ms",
      // Reports may hold rows a little longer than the primary would; they are cancelled after this.
      max_standby_streaming_delay: "60s",
      // A report keeps to one processor: the buyers' are on this machine too.
      max_parallel_workers_per_gather: 0,
    },
  });
  const url = changeUrl(databaseUrl({ port: options.port, password: decodeURIComponent(password) }), {
    user: "postgres",
  });
  if (await follows(changeUrl(url, { user: "supabase_admin" }), primary.url, seconds))
    return { ...server, url, port: options.port };
  await server.stop();
  return null;
}

/**
 * Whether the standby reaches what the primary had written when asked, or at least gets nearer. That a receiver runs proves nothing: it also
 * runs, for a moment again and again, when the primary no longer has the log it asks for.
 */
async function follows(standbyUrl: string, primaryUrl: string, seconds: number): Promise<boolean> {
  const primary = postgres(primaryUrl, { max: 1, onnotice: () => {} });
  const standby = postgres(standbyUrl, { max: 1, onnotice: () => {} });
  try {
    const [written] = await primary`select pg_current_wal_flush_lsn()::text as target`;
    let first: string | undefined;
    for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
      const [now] = await standby`
        select pg_last_wal_replay_lsn() >= ${String(written?.target)}::pg_lsn as reached, pg_last_wal_replay_lsn()::text as position`;
      if (now?.reached) return true;
      first ??= now?.position;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [last] = await standby`select pg_last_wal_replay_lsn() > ${first ?? "0/0"}::pg_lsn as nearer`;
    return last?.nearer === true;
  } catch {
    return false;
  } finally {
    await Promise.all([primary.end(), standby.end()]);
  }
}

async function takeBaseBackup(primary: RunningPostgres, data: string): Promise<void> {
  const unfinished = `${data}.new`;
  rmSync(data, { recursive: true, force: true });
  rmSync(unfinished, { recursive: true, force: true });
  // The backup belongs to one session: start and stop must run on the same connection.
  const sql = postgres(primary.url, { max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => {} });
  const own = (path: string) => primary.user && chownSync(path, primary.user.uid, primary.user.gid);
  try {
    await sql`select pg_backup_start('standby', fast => true)`;
    copyFolder(join(primary.folder, "primary"), unfinished, primary.user, isLeftOut);
    for (const folder of ["pg_wal", "pg_wal/archive_status", "pg_wal/summaries"]) {
      mkdirSync(join(unfinished, folder), { mode: 0o700 });
      own(join(unfinished, folder));
    }
    const [backup] = await sql`select labelfile from pg_backup_stop(wait_for_archive => false)`;
    for (const [file, text] of [
      ["backup_label", String(backup?.labelfile)],
      ["standby.signal", ""],
    ] as const) {
      writeFileSync(join(unfinished, file), text, { mode: 0o600 });
      own(join(unfinished, file));
    }
    renameSync(unfinished, data);
  } finally {
    await sql.end();
  }
}

/** What a base backup leaves out: the primary's log (it is streamed), its lock, and what every server makes for itself. */
function isLeftOut(path: string): boolean {
  return (
    path === "pg_wal" ||
    path.startsWith("postmaster.") ||
    path === "pg_internal.init" ||
    /^(pg_replslot|pg_stat_tmp|pg_subtrans|pg_notify|pg_serial|pg_snapshots|pg_dynshmem)\/./.test(path) ||
    path.includes("/pgsql_tmp")
  );
}
