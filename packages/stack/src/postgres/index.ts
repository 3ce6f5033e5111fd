export { bootstrap, restoreAuthFunctions } from "./bootstrap.ts";
export { changeUrl, databaseUrl } from "./database-url.ts";
export { migrate, pendingMigrations, supabase } from "./migrate.ts";
export { seed } from "./seed.ts";
export { type PostgresOptions, type RunningPostgres, startPostgres } from "./start-postgres.ts";
