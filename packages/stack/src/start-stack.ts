import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { createDemoUsers } from "./demo-users.ts";
import { type Keys, loadKeys } from "./keys.ts";
import { type Ports, portsFrom, requireFreePorts } from "./ports.ts";
import { bootstrap } from "./postgres/bootstrap.ts";
import { databaseUrl } from "./postgres/database-url.ts";
import { projectFolder } from "./postgres/folders.ts";
import { migrate } from "./postgres/migrate.ts";
import { processRecord } from "./postgres/process-identity.ts";
import { seed } from "./postgres/seed.ts";
import { endLeftoverServers } from "./postgres/start-postgres.ts";
import { uploadSeedObjects } from "./seed-objects.ts";
import { changedMigrations } from "./supervision/changed-migrations.ts";
import { keepPostgres } from "./supervision/keep-postgres.ts";
import { lockHome } from "./supervision/lock-home.ts";
import { type PieceName, pieceNames, pieceSpec } from "./supervision/pieces.ts";
import { type Piece, runPiece } from "./supervision/run-piece.ts";
import { endOrphans, readState, removeState, type State, writeState } from "./supervision/state.ts";

/** How to start a stack. */
export type StackOptions = {
  /** State folder; default SEATLINE_HOME or `.seatline` in the checkout. */
  home?: string;
  /** Base port; default SEATLINE_PORT or 54321. */
  port?: number;
  /** What to run beside the primary; default everything. */
  pieces?: readonly (PieceName | "standby")[];
  /** Range in milliseconds after which the simulator's own payments end, as "0-50". */
  simulatorDelay?: string;
  /** Whether to seed a new database; default true. */
  seed?: boolean;
  /** Whether to make the demo users and store the seed's files; default: when the gateway runs and the database is seeded. */
  demoUsers?: boolean;
  /** Extra or changed settings of postgresql.conf. */
  settings?: Record<string, string | number>;
  /** Told what is being done. */
  onStep?: (step: string) => void;
};

/** Addresses of a running stack. */
export type StackUrls = ReturnType<typeof stackUrls>;

/** A running stack. */
export type Stack = {
  home: string;
  ports: Ports;
  urls: StackUrls;
  keys: Keys;
  /** Ends everything in the order that loses nothing. */
  stop(): Promise<void>;
};

/** The addresses a stack with these ports and keys has. */
export function stackUrls(ports: Ports, keys: Keys) {
  const password = keys.dbPassword;
  const http = (port: number) => `http://127.0.0.1:${port}`;
  return {
    api: http(ports.gateway),
    /** As `postgres`, the owner of everything in public and private. */
    database: databaseUrl({ port: ports.postgres, password, user: "postgres" }),
    superuser: databaseUrl({ port: ports.postgres, password }),
    authenticator: databaseUrl({ port: ports.postgres, password, user: "authenticator" }),
    standby: databaseUrl({ port: ports.standby, password, user: "postgres" }),
    mail: http(ports.mail),
    smtp: `smtp://127.0.0.1:${ports.smtp}`,
    simulator: http(ports.simulator),
    rest: http(ports.rest),
    functions: http(ports.functions),
    worker: http(ports.worker),
  };
}

/** The state folder that applies without being told another. */
export function defaultHome(): string {
  return resolve(process.env.SEATLINE_HOME ?? join(projectFolder, ".seatline"));
}

/** The base port that applies without being told another. Throws when SEATLINE_PORT is no usable number. */
export function defaultPort(): number {
  const port = Number(process.env.SEATLINE_PORT ?? 54321);
  if (Number.isInteger(port) && port >= 1024 && port <= 65_525) return port;
  throw new Error(
    `SEATLINE_PORT must be a number from 1024 to 65525 (eleven ports are used from there), not "${process.env.SEATLINE_PORT}".`,
  );
}

/**
 * Starts the stack as children of the calling process and resolves when it is ready. First ends what a killed stack of the same home
 * left behind. Throws, with everything ended again, when a port is taken or a piece does not come up.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const home = resolve(options.home ?? defaultHome());
  const ports = portsFrom(options.port ?? defaultPort());
  const wanted = new Set(options.pieces ?? [...pieceNames, "standby"]);
  mkdirSync(join(home, "logs"), { recursive: true });
  const unlock = lockHome(home);
  const left = readState(home);
  const state: State = {
    owner: processRecord(process.pid),
    status: "starting",
    ports,
    startedAt: new Date().toISOString(),
    pieces: left?.pieces ?? {},
  };
  const step = (text: string) => {
    state.step = text;
    writeState(home, state);
    options.onStep?.(text);
  };
  const record = (name: string, pid: number | null, restarts: number) => {
    const found = pid ? processRecord(pid) : null;
    if (found) state.pieces[name] = { ...found, restarts };
    else delete state.pieces[name];
    writeState(home, state);
  };
  const endings: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end();
    removeState(home);
    unlock();
  };

  try {
    step("Looking at what is there");
    if (left) await endOrphans(left);
    state.pieces = {};
    for (const name of ["postgres", "standby", ...pieceNames]) rotate(join(home, "logs", `${name}.log`));
    const keys = loadKeys(home);
    const urls = stackUrls(ports, keys);

    // Only when nothing of a killed stack runs any more, a taken port means another program.
    await endLeftoverServers(home);
    await requireFreePorts(ports);

    step("Starting Postgres");
    const servers = await keepPostgres({
      home,
      ports,
      password: keys.dbPassword,
      settings: options.settings,
      onChange: record,
    });
    endings.push(() => servers.stop());

    step("Preparing the database");
    await bootstrap(urls.superuser);
    const standby = wanted.has("standby") ? servers.startStandby() : Promise.resolve();
    standby.catch(() => {});
    const applied = await migrate(urls.database);
    const changed = changedMigrations(home, applied);
    if (changed.length) {
      state.notice = `Changed since this database took them: ${changed.join(", ")}. \`npm run reset\` makes a database from the files as they are.`;
    }
    const seeded = options.seed !== false && (await seed(urls.database));

    step(applied.length ? `Applied ${applied.length} migrations, starting the services` : "Starting the services");
    const started = await startPieces();
    endings.push(() => stopPieces(started));
    await standby;

    if (options.demoUsers ?? (wanted.has("gateway") && options.seed !== false)) {
      step(seeded ? "Making the demo users" : "Checking the demo users");
      await createDemoUsers(urls.api, keys, urls.database);
      await uploadSeedObjects(urls.api, keys, urls.database);
    }
    state.status = "ready";
    delete state.step;
    writeState(home, state);
    return { home, ports, urls, keys, stop };

    async function startPieces(): Promise<Piece[]> {
      const running: Piece[] = [];
      const starts = pieceNames
        .filter((name) => wanted.has(name))
        .map((name) =>
          pieceSpec(name, {
            home,
            ports,
            keys,
            hasStandby: wanted.has("standby"),
            simulatorDelay: options.simulatorDelay,
          }),
        )
        .filter((spec) => spec !== null)
        .map(async (spec) => running.push(await runPiece(spec, (pid, restarts) => record(spec.name, pid, restarts))));
      const results = await Promise.allSettled(starts);
      const failure = results.find((result) => result.status === "rejected");
      if (!failure) return running;
      await stopPieces(running);
      throw failure.reason;
    }
  } catch (error) {
    for (const end of endings.splice(0).reverse()) await end().catch(() => {});
    state.status = "failed";
    state.error = error instanceof Error ? error.message : String(error);
    state.pieces = {};
    writeState(home, state);
    unlock();
    throw error;
  }
}

/** Those that call others end first, so that the last answer, job and mail still arrive. */
async function stopPieces(pieces: Piece[]): Promise<void> {
  const isCalled = (piece: Piece) => piece.name === "rest" || piece.name === "mail";
  await Promise.all(pieces.filter((piece) => !isCalled(piece)).map((piece) => piece.stop()));
  await Promise.all(pieces.filter(isCalled).map((piece) => piece.stop()));
}

function rotate(log: string): void {
  if (existsSync(log) && statSync(log).size > 5_000_000) renameSync(log, `${log}.1`);
}
