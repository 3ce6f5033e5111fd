import { Command } from "commander";

const program = new Command("seatline").description("The embedded Seatline stack.");

program
  .command("db")
  .description("run only Postgres, bootstrapped and migrated, in the foreground")
  .option("--seed", "run supabase/seed.sql too")
  .action(async (options) => (await import("./commands/db.ts")).db(options));

await program.parseAsync();
