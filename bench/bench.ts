import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Stack, type StackOptions, startStack } from "../packages/stack/src/index.ts";
import { removeCluster } from "../packages/stack/src/postgres/start-postgres.ts";
import { prepareFloor, prepareShop, run, type Sizes } from "./database/prepare-database.ts";
import type { chooseDriver } from "./drivers/choose-driver.ts";
import type { Options } from "./options.ts";

/** Which processes run beside Postgres while something is measured. */
export type Stage = "database" | "api" | "everything";

/** What a measurement works with. */
export type Bench = {
  options: Options;
  sizes: Sizes;
  driver: ReturnType<typeof chooseDriver>;
  home: string;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** The stack with what this stage runs; started, stopped and started again as needed. */
  stack(stage: Stage): Promise<Stack>;
  /** The stack with the measured shop in its own database; its worker has nothing to do yet. */
  shop(stage: Exclude<Stage, "database">): Promise<Stack>;
  /** URL of the floor's database on the server of a stack. */
  floor(stack: Stack): Promise<string>;
  /** Numbers the paid purchases of a run from 0, whichever measurement makes them: nobody buys a seat twice. */
  nextPurchase(): number;
  /** Ends the stack that runs; the next measurement starts its own. */
  end(): Promise<void>;
  /** Ends the run: the stack, and the folder that was made for it. */
  stop(): Promise<void>;
  progress(text: string): void;
};

const pieces: Record<Stage, StackOptions["pieces"]> = {
  database: [],
  api: ["gateway", "rest"],
  everything: ["gateway", "rest", "functions", "worker", "mail", "simulator", "standby"],
};

/** Makes the bench of one run; nothing is started before a measurement asks. */
export function createBench(options: Options, driver: Bench["driver"], signal: AbortSignal): Bench {
  const home = options.home ?? temporaryHome();
  const sizes = sizesOf(options);
  let running: { stage: Stage; stack: Stack } | null = null;
  let hasShop = false;
  let floorUrl: Promise<string> | null = null;
  let purchases = 0;

  const progress = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
  const end = async () => {
    await running?.stack.stop();
    running = null;
  };
  const bench: Bench = {
    options,
    sizes,
    driver,
    home,
    signal,
    progress,
    async stack(stage) {
      signal.throwIfAborted();
      if (running?.stage === stage) return running.stack;
      await end();
      progress(`starting the stack: ${stage}`);
      const stack = await startStack({
        home,
        port: options.port,
        pieces: pieces[stage],
        seed: false,
        // commit timestamps: the journey tells from them when a seat was there for others to see
        settings: { max_connections: 250, track_commit_timestamp: "on" },
      });
      running = { stage, stack };
      return stack;
    },
    async shop(stage) {
      // The worker starts when what was sold before is forgotten: thousands of mails and invoices would be measured along.
      if (!hasShop || (stage === "everything" && running?.stage !== stage)) {
        const { urls } = await bench.stack("database");
        if (!hasShop) {
          progress("loading the shop");
          await prepareShop(urls.superuser, sizes);
          hasShop = true;
        }
        await run(urls.superuser, "update public.events set relayed_at = now() where relayed_at is null");
      }
      return bench.stack(stage);
    },
    floor(stack) {
      floorUrl ??= prepareFloor(stack.urls.superuser, sizes);
      return floorUrl;
    },
    nextPurchase: () => purchases++,
    end,
    async stop() {
      await end();
      if (options.home) return;
      removeCluster(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
  return bench;
}

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), "seatline-bench-"));
  // Postgres runs under another account when we are root, and has to walk in.
  chmodSync(home, 0o755);
  return home;
}

/** People who buy over HTTP come from the end of the list, so that loading never took their seats. */
function sizesOf(options: Options): Sizes {
  if (options.quick)
    return {
      people: 4_000,
      intakes: 100,
      paid: 20,
      thousands: 40,
      rushSeats: 20,
      sales: 500,
      orders: 20_000,
      products: 2_000,
    };
  return {
    people: 60_000,
    intakes: 1_000,
    paid: 200,
    thousands: 800,
    rushSeats: 100,
    sales: 8_000,
    orders: 1_000_000,
    products: 100_000,
  };
}
