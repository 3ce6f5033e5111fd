import { join, resolve } from "node:path";
import { projectFolder } from "../postgres/folders.ts";
import { bootstrap, changeUrl, databaseUrl, migrate, seed, startPostgres } from "../postgres/index.ts";

/**
 * Runs only Postgres in the foreground, bootstrapped and migrated, for work on SQL: `SEATLINE_PORT=61600 SEATLINE_HOME=/tmp/x node main.ts db`.
 * The server listens on the base port + 1; the password is `postgres`.
 */
export async function db(options: { seed?: boolean }): Promise<void> {
  const home = resolve(process.env.SEATLINE_HOME ?? join(projectFolder, ".seatline"), "db");
  const port = Number(process.env.SEATLINE_PORT ?? 54321) + 1;
  const server = await startPostgres({ home, port, password: "postgres" });
  const stop = () => server.stop().then(() => process.exit(0));
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    await bootstrap(server.url);
    const url = changeUrl(server.url, { user: "postgres" });
    const applied = await migrate(url);
    const seeded = options.seed ? await seed(url) : false;
    console.log(`applied ${applied.length} migrations${seeded ? ", seeded" : ""}`);
    console.log(`superuser ${databaseUrl({ port, password: "postgres" })}`);
    console.log(`owner     ${url}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await server.stop();
    process.exit(1);
  }
}
