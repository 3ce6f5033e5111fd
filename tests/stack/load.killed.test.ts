import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../../packages/stack/src/index.ts";
import { readState } from "../../packages/stack/src/supervision/state.ts";
import type { Failpoint } from "../../supabase/functions/_shared/failpoint.ts";
import { differences, type ProviderTruth } from "../payments/two-way.ts";
import { publishedIntake } from "../support/catalog.ts";
import { openPool, type Pool, type Sql } from "../support/database.ts";
import { effort } from "../support/effort.ts";
import { freePorts } from "../support/free-ports.ts";
import { stockedVariant } from "../support/goods.ts";
import { violations } from "../support/invariants.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type SignedUp, signUp } from "../support/stack.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { buying, buyOn, type Shelf } from "./buying-on.ts";
import { smallServer, temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

const home = temporaryHome();
const BUYERS = 5;
/** So much is acknowledged between two kills. */
const BETWEEN = 8;
/** Each piece is killed so often. */
const rounds = Math.min(effort(1), 20);
/** How many seconds the slowest machine may take for any one thing that is waited for. A piece that never comes back takes them all. */
const PATIENCE = 180;
/** An amount that ends in 50: only who pays decides what becomes of it. */
const PRICE = 150_000_50;
const pieces = ["postgres", "functions", "rest", "worker", "gateway"] as const;
let stack: Stack;
let sql: Pool;
let buyers: SignedUp[];
let began: Date;

beforeAll(async () => {
  began = new Date();
  process.env.SEATLINE_FAILPOINTS = "1";
  stack = await startStack({
    home,
    port: await freePorts(11),
    pieces: ["gateway", "rest", "functions", "worker", "mail", "simulator"],
    seed: false,
    simulatorDelay: "0-50",
    settings: smallServer,
  }).finally(() => {
    delete process.env.SEATLINE_FAILPOINTS;
  });
  await simulator("settings", { retry_ms: "50-500" }, "PUT");
  sql = openPool(stack.urls.superuser, { max: 3 });
  buyers = await Promise.all(Array.from({ length: BUYERS }, () => signUp({ ...stack, sql })));
  for (const buyer of buyers) await buying({ ...stack, sql }, buyer, new Acknowledgements()).addAddress();
}, 600_000);
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

const everybody = () => buyers.map(({ id }) => id);

const paidIntake = async (on: Sql) => (await publishedIntake(on, { seats: BUYERS, price: PRICE })).variantId;

/** Puts on sale what lasts for ever: some intakes for each round, and goods when a buyer has had all of those. */
async function fillShelf(times: number): Promise<Shelf> {
  return await sql.begin(async (tx) => {
    // Whatever the server promises for others, what is on the shelf is on disk.
    await tx`set local synchronous_commit = on`;
    const paid: string[] = [];
    const free: string[] = [];
    while (free.length < 4 * times) free.push((await publishedIntake(tx, { seats: BUYERS })).intakeId);
    while (paid.length < 8 * times) paid.push(await paidIntake(tx));
    return { paid, free, goods: await stockedVariant(tx, 1_000_000, { status: "published", price: PRICE }) };
  });
}

/** Lets everybody buy while `meanwhile` happens, and waits until the last of them was answered. */
async function whileBuying(told: Acknowledgements, times: number, meanwhile: () => Promise<void>): Promise<void> {
  const shelf = await fillShelf(times);
  const stopping = new AbortController();
  const seeds = buyers.map((_, index) => seededRandom(index));
  const all = buyers.map((buyer, index) =>
    buyOn({ ...stack, sql }, buyer, shelf, told, seeds[index] as ReturnType<typeof seededRandom>, stopping.signal),
  );
  const failed = Promise.all(all);
  try {
    await Promise.race([meanwhile(), failed.then(() => new Promise<never>(() => {}))]);
  } finally {
    stopping.abort();
  }
  await failed;
}

const more = async (told: Acknowledgements) => {
  const before = told.count;
  await until(() => told.count >= before + BETWEEN, PATIENCE);
};

/** What has to be asked and answered after a kill for the piece to serve again. */
const serves: Record<(typeof pieces)[number], (told: Acknowledgements, since: number) => Promise<boolean>> = {
  postgres: async (told, since) => (told.askedAt.get("place_order") ?? 0) > since,
  rest: async (told, since) => (told.askedAt.get("place_order") ?? 0) > since,
  gateway: async (told, since) => (told.askedAt.get("place_order") ?? 0) > since,
  functions: async (told, since) => (told.askedAt.get("checkout") ?? 0) > since,
  worker: async () => (await fetch(`${stack.urls.worker}/health`)).ok,
};

const pidOf = (piece: string) => readState(home)?.pieces[piece]?.pid;

/** The process id of a piece, as soon as it has one. */
async function running(piece: string): Promise<number> {
  let pid: number | undefined;
  await until(() => {
    pid = pidOf(piece);
    return pid !== undefined;
  }, PATIENCE);
  return pid as number;
}

/** Lets more time pass than a worker's heartbeat for the jobs of one that is gone. */
const nobodyHeardOfIt = () =>
  sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`;

/** Kills a piece and gives the seconds until it serves again, as its buyers see it. */
async function kill(piece: (typeof pieces)[number], told: Acknowledgements): Promise<number> {
  const pid = await running(piece);
  const since = performance.now();
  process.kill(pid, "SIGKILL");
  if (piece === "worker") await nobodyHeardOfIt();
  await until(async () => pidOf(piece) !== pid && (await serves[piece](told, since)), PATIENCE);
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
  // A job that failed several times, as its neighbours were killed one by one, waits longer for its next turn.
  await expect.poll(open, { timeout: 2 * PATIENCE * 1000, interval: 100 }).toEqual(none);
}

async function expectNothingLost(told: Acknowledgements, people: string[], since: Date): Promise<void> {
  await settled();
  await told.expectKept(sql, people, since);
  expect(await differences(sql, await simulator<ProviderTruth>("truth"), began), "provider and database").toEqual([]);
  expect(await violations(sql)).toEqual([]);
}

/** Does something during which this process ends at a step, and waits until another has taken its place. */
async function endAt(piece: "functions" | "worker", name: Failpoint, work: () => Promise<unknown>): Promise<void> {
  const pid = await running(piece);
  await simulator("failpoints", [{ name, action: "exit" }], "PUT");
  await work();
  await until(() => pidOf(piece) !== pid, PATIENCE);
  if (piece === "worker") await nobodyHeardOfIt();
  await running(piece);
}

describe("a process that ends in the middle", () => {
  test("of a checkout and of a refund leaves one page, one charge and one refund", async () => {
    const since = new Date();
    const buyer = buyers[0] as SignedUp;
    const told = new Acknowledgements();
    const { order, checkout, pay, cancel } = buying({ ...stack, sql }, buyer, told);
    const orderId = await order(await paidIntake(sql));
    await endAt("functions", "checkout.opened", () =>
      expect(checkout(orderId, AbortSignal.timeout(0))).rejects.toThrow("not answered"),
    );
    const url = await checkout(orderId);
    expect(await checkout(orderId), "and every later answer").toBe(url);
    const { sessions } = await simulator<{ sessions: { client_reference_id: string }[] }>("truth");
    expect(
      sessions.filter(({ client_reference_id: id }) => id === orderId),
      "pages at the provider",
    ).toHaveLength(1);
    await endAt("functions", "webhook.received", () => pay(orderId, url));
    const status = async () => (await sql`select status from public.orders where id = ${orderId}`)[0]?.status;
    await expect.poll(status, { timeout: PATIENCE * 1000 }).toBe("paid");
    await endAt("worker", "refund.sent", () => cancel(orderId));
    await expectNothingLost(told, [buyer.id], since);
    const truth = await simulator<{ refunds: { amount: number; metadata: { order_id: string } }[] }>("truth");
    expect(
      truth.refunds.filter(({ metadata }) => metadata.order_id === orderId),
      "refunds",
    ).toHaveLength(1);
    const [process] = await sql`select processes.status, attempts from public.processes
      join public.refunds on refunds.id = subject_id where order_id = ${orderId} and task = 'payments.send-refund'`;
    expect(process).toEqual({ status: "done", attempts: expect.toSatisfy((attempts: number) => attempts > 1) });
  }, 900_000);
});

describe("a stack whose pieces are killed with -9 while people buy", () => {
  const told = new Acknowledgements();

  test(
    "loses nothing that was acknowledged, does nothing twice, and serves again",
    async () => {
      const since = new Date();
      const times: Record<string, number[]> = Object.fromEntries(pieces.map((piece) => [piece, []]));
      await whileBuying(told, rounds, async () => {
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
      await expectNothingLost(told, everybody(), since);
    },
    900_000 + rounds * 300_000,
  );

  test("that test notices an order that was made twice", async () => {
    const since = new Date();
    const told = new Acknowledgements();
    const forgetful = buying({ ...stack, sql }, buyers[0] as SignedUp, new Acknowledgements());
    await forgetful.order(await paidIntake(sql));
    await expect(told.expectKept(sql, everybody(), since)).rejects.toMatchObject({ name: "AssertionError" });
  });

  // The last one: what it loses stays lost.
  test("that test notices answers that are given before what they tell is on disk", async () => {
    const careless = {
      synchronous_commit: "off",
      wal_writer_delay: "10s",
      wal_writer_flush_after: "1GB",
      bgwriter_lru_maxpages: "0",
    };
    const superuser = postgres(stack.urls.superuser, { max: 1, onnotice: () => {} });
    for (const [name, value] of Object.entries(careless))
      await superuser.unsafe(`alter system set ${name} = '${value}'`);
    await superuser`select pg_reload_conf()`;
    await superuser.end();
    const lossy = async () => {
      const told = new Acknowledgements();
      const since = new Date();
      await whileBuying(told, 1, async () => {
        await more(told);
        await kill("postgres", told);
        await more(told);
      });
      await told.expectKept(sql, everybody(), since);
    };
    // or somebody is told that what they bought is not there
    const noticed = /^AssertionError: acknowledged, but not in the database|^Refused: .*order_not_found/;
    // The log may have been written just before the end: nothing is lost then, and the next end is another chance.
    let outcome = "";
    for (let chance = 0; chance < 5 && !noticed.test(outcome); chance++) outcome = await lossy().then(String, String);
    expect(outcome).toMatch(noticed);
  }, 900_000);
});
