import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { bootstrap, changeUrl, migrate, startPostgres } from "../../packages/stack/src/postgres/index.ts";
import { freePorts } from "./free-ports.ts";
import { serveStack } from "./stack-service.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the superuser on the run's own Postgres, where databases are cloned from `seatline_template`. */
    databaseUrl: string;
    /** Where to ask for the run's whole stack. */
    stackUrl: string;
    /** Seed of everything random in this run. */
    seed: number;
  }
}

/**
 * Once per `vitest run`: a Postgres of its own in a new folder under /tmp and on a free port (the developer's stack is never touched),
 * migrated once and kept as a template that test files clone.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const seed = Number(process.env.SEATLINE_SEED ?? randomInt(2 ** 31));
  project.provide("seed", seed);
  console.log(`Random tests of commit ${commit()} replay with SEATLINE_SEED=${seed} npm test`);
  const home = mkdtempSync(join(tmpdir(), "seatline-test-"));
  // Postgres runs under another account when we are root, and has to walk in.
  chmodSync(home, 0o755);
  const password = randomBytes(16).toString("hex");
  // Tests of durability run their own stack; here a lost machine loses nothing.
  const settings = { fsync: "off", full_page_writes: "off", max_connections: 400, log_lock_waits: "off" };
  const server = await startPostgres({ home, port: await freePorts(1), password, settings });
  try {
    await bootstrap(server.url);
    await migrate(changeUrl(server.url, { user: "postgres" }));
    const sql = postgres(changeUrl(server.url, { database: "template1" }), { max: 1 });
    await sql`create database seatline_template template postgres owner postgres`;
    await sql.end();
  } catch (error) {
    await server.stop();
    rmSync(server.folder, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  const stack = await serveStack(home);
  project.provide("databaseUrl", server.url);
  project.provide("stackUrl", stack.url);
  return async () => {
    await stack.stop();
    const kept = await keptDatabases(server.url);
    await server.stop();
    if (kept.length > 0) {
      writeFileSync(join(home, "password"), password, { mode: 0o600 });
      console.log(`Kept databases of failed files. Open them with: node tests/support/open-kept-databases.ts ${home}`);
      return;
    }
    rmSync(server.folder, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  };
}

async function keptDatabases(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 });
  const rows = await sql<
    { datname: string }[]
  >`select datname from pg_database where datname like 'test\_%' order by 1`;
  await sql.end();
  return rows.map((row) => row.datname);
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
