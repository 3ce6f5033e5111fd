import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { changeUrl, startPostgres } from "../../packages/stack/src/postgres/index.ts";
import { freePorts } from "./free-ports.ts";

// node tests/support/open-kept-databases.ts <folder>: serves the databases that a failed run kept, until Ctrl-C.
const home = process.argv[2];
if (!home) throw new Error("Name the folder that the failed run printed.");
const password = readFileSync(join(home, "password"), "utf8");
const server = await startPostgres({ home, port: await freePorts(1), password });
const sql = postgres(server.url, { max: 1 });
for (const { datname } of await sql`select datname from pg_database where datname like 'test\_%' order by 1`) {
  console.log(changeUrl(server.url, { user: "postgres", database: datname }));
}
await sql.end();
process.once("SIGINT", () => void server.stop());
