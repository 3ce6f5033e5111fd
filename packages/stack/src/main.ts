import { enableCompileCache } from "node:module";
import { Command } from "commander";
import { compileCache } from "./compile-cache.ts";

enableCompileCache(process.env.NODE_COMPILE_CACHE ?? compileCache);

const program = new Command("seatline").description("The embedded Seatline stack.");

program
  .command("start")
  .description("start everything in the background and print where it is")
  .action(async () => (await import("./commands/start.ts")).start());

program
  .command("stop")
  .description("stop everything; data stays")
  .action(async () => (await import("./commands/stop.ts")).stop());

program
  .command("reset")
  .description("stop and delete all data")
  .option("-y, --yes", "do not ask")
  .option("--keys", "make new API keys too")
  .action(async (options) => (await import("./commands/reset.ts")).reset(options));

program
  .command("status")
  .description("tell what runs and where")
  .option("--json", "as one JSON object")
  .action(async (options) => (await import("./commands/status.ts")).status(options));

program
  .command("logs")
  .description("follow the logs of all pieces, or of one")
  .argument("[piece]", "gateway, rest, functions, worker, mail, simulator, postgres, standby, supervisor")
  .option("-n, --lines <number>", "lines to begin with", "20")
  .option("--no-follow", "print and return")
  .action(async (piece, options) => (await import("./commands/logs.ts")).logs(piece, options));

program
  .command("types")
  .description("generate packages/sdk/src/database.types.ts from the migrations")
  .option("--check", "only compare")
  .action(async (options) => (await import("./commands/types.ts")).types(options));

program
  .command("schema")
  .description("generate supabase/schema.sql from the migrations")
  .option("--check", "only compare")
  .action(async (options) => (await import("./commands/schema.ts")).schema(options));

program
  .command("db")
  .description("run only Postgres, bootstrapped and migrated, in the foreground")
  .option("--seed", "seed it too")
  .action(async (options) => (await import("./commands/db.ts")).db(options));

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}
