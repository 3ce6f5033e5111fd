import { createHash, randomUUID } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeSharedFolder, postgresBinaries, sharedFolder } from "./binaries.ts";
import { databaseUrl } from "./database-url.ts";
import { runProgram } from "./run-program.ts";
import { endLeftover, type RunningServer, runServer } from "./run-server.ts";
import { mayEnter, type SystemUser, systemUser } from "./system-user.ts";

/** Where and how to run the primary. */
export type PostgresOptions = {
  /** State folder of the stack; data goes to `<home>/postgres/primary`. */
  home: string;
  port: number;
  /** Password of the superuser `supabase_admin`. */
  password: string;
  /** Extra or changed settings of postgresql.conf. */
  settings?: Record<string, string | number>;
};

/** A running primary. */
export type RunningPostgres = RunningServer & {
  /** URL of the superuser `supabase_admin` on database `postgres`. */
  url: string;
  port: number;
  /** Folder that holds the data folders of this home and belongs to the account Postgres runs under. */
  folder: string;
  user: SystemUser;
  /** Whether this start created the data folder. */
  created: boolean;
};

/**
 * Starts Postgres 17 in the given home and resolves when it accepts connections. Creates the data folder on the first start and
 * ends a server left over from a killed stack of the same home. Throws with the tail of the log when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { folder, user } = place(resolve(options.home));
  const binaries = postgresBinaries(user);
  const data = join(folder, "primary");
  const created = !existsSync(data);
  if (created) await createCluster(binaries.initdb, data, options.password, user);
  const server = await runServer({
    binary: binaries.postgres,
    data,
    socketFolder: folder,
    log: join(resolve(options.home), "logs", "postgres.log"),
    user,
    port: options.port,
    settings: options.settings,
  });
  return { ...server, url: databaseUrl(options), port: options.port, folder, user, created };
}

/** Ends the servers that a killed stack of this home left running. */
export async function endLeftoverServers(home: string): Promise<void> {
  const { folder } = place(resolve(home));
  await endLeftover(join(folder, "standby"));
  await endLeftover(join(folder, "primary"));
}

/** Removes the data of a home for good; its servers must not run. */
export function removeCluster(home: string): void {
  rmSync(place(resolve(home)).folder, { recursive: true, force: true });
}

function place(home: string): { folder: string; user: SystemUser } {
  mkdirSync(home, { recursive: true });
  mkdirSync(join(home, "logs"), { recursive: true });
  const name = createHash("sha256").update(home).digest("hex").slice(0, 12);
  const elsewhere = join(sharedFolder, name);
  const own = join(home, "postgres");
  const user = systemUser(existsSync(elsewhere) ? elsewhere : own);
  const folder = mayEnter(home, user) ? own : elsewhere;
  if (folder === elsewhere) makeSharedFolder();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
  else if (process.getuid && statSync(folder).uid !== process.getuid()) {
    throw new Error(
      `${folder} belongs to another user. Start as that user, or choose another folder with SEATLINE_HOME.`,
    );
  }
  chmodSync(folder, 0o700);
  return { folder, user };
}

async function createCluster(initdb: string, data: string, password: string, user: SystemUser): Promise<void> {
  // Built beside its place and renamed at the end, so that a start killed half-way leaves nothing that looks finished.
  // The name is new each time, since an initdb orphaned by that kill may still write for a moment.
  const folder = dirname(data);
  for (const name of readdirSync(folder)) {
    if (name.startsWith("primary.new")) rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  const unfinished = `${data}.new-${randomUUID()}`;
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const ctype = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  try {
    await runProgram(initdb, {
      args: [
        ["--pgdata", unfinished],
        ["--username", "supabase_admin"],
        ["--pwfile", passwordFile],
        ["--auth", "scram-sha-256"],
        ["--encoding", "UTF8"],
        ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
        ["--lc-collate", "C", "--lc-ctype", ctype, "--lc-messages", "C"],
      ].flat(),
      user,
    });
    renameSync(unfinished, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
