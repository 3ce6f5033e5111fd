import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { freePorts } from "../../support/free-ports.ts";
import { workerEnvironment } from "../../support/worker.ts";

const main = join(import.meta.dirname, "../../../packages/worker/src/main.ts");

/** A real worker in a process of its own. */
export type WorkerProcess = {
  pid: number;
  port: number;
  /** Everything it logged so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Its exit code; null when it was killed. */
  exited: Promise<number | null>;
  stop(): Promise<number | null>;
};

/** What a worker needs; without `stripeBase` nothing answers for Stripe. */
export type WorkerOptions = { databaseUrl: string; smtpUrl: string; stripeBase?: string; args?: string[] };

/** Starts a worker and, unless it runs until empty, waits until it is ready. */
export async function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  const port = await freePorts(1);
  const { child, output } = spawnWorker(options, { WORKER_PORT: String(port) });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const worker: WorkerProcess = {
    pid: child.pid ?? 0,
    port,
    output,
    exited,
    signal: (name) => void child.kill(name),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return await exited;
      // A failed test may have left it frozen; and one that does not end in time must not outlive the test.
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 45_000);
      return await exited.finally(() => clearTimeout(late));
    },
  };
  if (options.args?.length) return worker;
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok, {
    within: 60_000,
    what: "the worker is ready",
  });
  return worker;
}

/** Runs the worker's program to its end and gives its exit code and output. */
export async function runWorker(options: WorkerOptions): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnWorker(options, {});
  const [code] = await once(child, "exit");
  return { code, output: output() };
}

function spawnWorker(
  options: WorkerOptions,
  env: Record<string, string>,
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [main, ...(options.args ?? [])], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...workerEnvironment(options.databaseUrl, {
        SMTP_URL: options.smtpUrl,
        ...(options.stripeBase ? { STRIPE_API_BASE: options.stripeBase } : {}),
      }),
      STOREFRONT_URL: "http://shop.test",
      ...env,
    },
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => chunks.push(String(chunk)));
  return { child, output: () => chunks.join("") };
}

/** Waits until `check` is true or gives something, 45 s at most unless said otherwise. */
export async function eventually<T>(
  check: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  { within = 45_000, what = "the condition" }: { within?: number; what?: string } = {},
): Promise<T> {
  const end = Date.now() + within;
  let problem: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) throw new Error(`Not within ${within} ms: ${what}`, { cause: problem });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
