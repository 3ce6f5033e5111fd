import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../../packages/stack/src/index.ts";
import { readState } from "../../packages/stack/src/supervision/state.ts";
import { differences, type ProviderTruth } from "../payments/two-way.ts";
import { publishedIntake } from "../support/catalog.ts";
import { openPool, type Pool } from "../support/database.ts";
import { effort } from "../support/effort.ts";
import { freePorts } from "../support/free-ports.ts";
import { violations } from "../support/invariants.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type SignedUp, signUp } from "../support/stack.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { buyOn, type Shelf } from "./buying-on.ts";
import { smallServer, temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

const home = temporaryHome();
const BUYERS = 5;
/** So much is acknowledged between two kills. */
const BETWEEN = 8;
/** Each piece is killed so often. */
const rounds = Math.min(effort(1), 20);
const pieces = ["postgres", "functions", "rest", "worker", "gateway"] as const;
let stack: Stack;
let sql: Pool;
let buyers: SignedUp[];

beforeAll(async () => {
  stack = await startStack({
    home,
    port: await freePorts(11),
    pieces: ["gateway", "rest", "functions", "worker", "mail", "simulator"],
    seed: false,
    simulatorDelay: "0-50",
    settings: smallServer,
  });
  await simulator("settings", { retry_ms: "50-500" }, "PUT");
  sql = openPool(stack.urls.superuser, { max: 3 });
  buyers = await Promise.all(Array.from({ length: BUYERS }, () => signUp({ ...stack, sql })));
}, 180_000);
afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await stack?.stop();
});

async function simulator<T>(path: string, body?: object, method = body ? "POST" : "GET"): Promise<T> {
  const answer = await fetch(`${stack.urls.simulator}/simulator/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

async function fillShelf(): Promise<Shelf> {
  const shelf: Shelf = { paid: [], free: [] };
  // the amount ends in 50: only who pays decides what becomes of it
  while (shelf.paid.length < 60 * rounds) {
    shelf.paid.push((await publishedIntake(sql, { seats: 10, price: 150_000_50 })).variantId);
    if (shelf.paid.length % 5 === 0) shelf.free.push((await publishedIntake(sql, { seats: 10 })).intakeId);
  }
  return shelf;
}

/** Lets everybody buy while `meanwhile` happens, and waits until the last of them was answered. */
async function whileBuying(told: Acknowledgements, meanwhile: () => Promise<void>): Promise<void> {
  const shelf = await fillShelf();
  const stopping = new AbortController();
  const seeds = buyers.map((_, index) => seededRandom(index));
  const buying = buyers.map((buyer, index) =>
    buyOn({ ...stack, sql }, buyer, shelf, told, seeds[index] as ReturnType<typeof seededRandom>, stopping.signal),
  );
  const failed = Promise.all(buying);
  try {
    await Promise.race([meanwhile(), failed.then(() => new Promise<never>(() => {}))]);
  } finally {
    stopping.abort();
  }
  await failed;
}

const more = async (told: Acknowledgements) => {
  const before = told.count;
  await until(() => told.count >= before + BETWEEN, 90);
};

/** What has to be asked and answered after a kill for the piece to serve again. */
const serves: Record<(typeof pieces)[number], (told: Acknowledgements, since: number) => Promise<boolean>> = {
  postgres: async (told, since) => (told.askedAt.get("place_order") ?? 0) > since,
  rest: async (told, since) => (told.askedAt.get("place_order") ?? 0) > since,
  gateway: async (told, since) => (told.askedAt.get("place_order") ?? 0) > since,
  functions: async (told, since) => (told.askedAt.get("checkout") ?? 0) > since,
  worker: async () => (await fetch(`${stack.urls.worker}/health`)).ok,
};

/** Kills a piece and gives the seconds until it serves again, as its buyers see it. */
async function kill(piece: (typeof pieces)[number], told: Acknowledgements): Promise<number> {
  const pid = readState(home)?.pieces[piece]?.pid ?? 0;
  const since = performance.now();
  process.kill(pid, "SIGKILL");
  await until(async () => readState(home)?.pieces[piece]?.pid !== pid && (await serves[piece](told, since)), 90);
  return (performance.now() - since) / 1000;
}

/** Waits until nothing is left to do for what was bought. */
async function settled(): Promise<void> {
  const open = async () => {
    const [row] = await sql`select
      (select count(*) from public.events where relayed_at is null) as events,
      (select count(*) from public.processes where status in ('queued', 'running') and event_id is not null) as processes,
      (select count(*) from public.refunds where status = 'pending') as refunds,
      (select count(*) from private.provider_events where processed_at is null) as inbox`;
    const { pending_deliveries } = await simulator<{ pending_deliveries: number }>("status");
    return { ...row, pending_deliveries };
  };
  const none = { events: 0, processes: 0, refunds: 0, inbox: 0, pending_deliveries: 0 };
  await expect.poll(open, { timeout: 90_000, interval: 100 }).toEqual(none);
}

async function expectNothingLost(told: Acknowledgements, since: Date): Promise<void> {
  await settled();
  await told.expectKept(
    sql,
    buyers.map(({ id }) => id),
  );
  expect(await differences(sql, await simulator<ProviderTruth>("truth"), since), "provider and database").toEqual([]);
  expect(await violations(sql)).toEqual([]);
}

describe("a stack whose pieces are killed with -9 while people buy", () => {
  const told = new Acknowledgements();

  test(
    "loses nothing that was acknowledged, does nothing twice, and serves again",
    async () => {
      const since = new Date();
      const times: Record<string, number[]> = Object.fromEntries(pieces.map((piece) => [piece, []]));
      await whileBuying(told, async () => {
        await more(told);
        for (let round = 0; round < rounds; round++) {
          for (const piece of pieces) {
            times[piece]?.push(await kill(piece, told));
            await more(told);
          }
        }
      });
      const slowest = Object.entries(times).map(([piece, all]) => `${piece} ${Math.max(...all).toFixed(1)} s`);
      console.log(`Acknowledged under kill -9: ${told.count}. Serving again after at most: ${slowest.join(", ")}.`);
      await expectNothingLost(told, since);
    },
    240_000 + rounds * 30_000,
  );
});
