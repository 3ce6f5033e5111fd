import { readSettings, startWorker, type Worker } from "../../packages/worker/src/index.ts";
import { createLog } from "../../packages/worker/src/log.ts";

const NOWHERE = "127.0.0.1:9";

/** What a worker reads from its environment: a database, and addresses where nobody answers unless a test names others. */
export function workerEnvironment(databaseUrl: string, named: Record<string, string> = {}): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    SMTP_URL: `smtp://${NOWHERE}`,
    SUPABASE_URL: `http://${NOWHERE}`,
    SUPABASE_SECRET_KEY: "sb_secret_worker",
    STRIPE_SECRET_KEY: "sk_test_worker",
    STRIPE_API_BASE: `http://${NOWHERE}`,
    ...named,
  };
}

/** A silent worker in this process that does nothing by the clock: only what is due when a test calls `untilEmpty`. Stop it. */
export function startSilentWorker(databaseUrl: string, named: Record<string, string> = {}): Promise<Worker> {
  const settings = readSettings(workerEnvironment(databaseUrl, named));
  return startWorker(settings, createLog("silent"), { continuous: false });
}
