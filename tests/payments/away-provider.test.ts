import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimulator } from "../../packages/simulator/src/index.ts";
import { readEvents } from "../../packages/worker/src/tasks/payments.read-events.ts";
import { reconcilePayments } from "../../packages/worker/src/tasks/payments.reconcile.ts";
import { reconcileRefunds } from "../../packages/worker/src/tasks/payments.reconcile-refunds.ts";
import type { RunContext, ScheduledTask } from "../../packages/worker/src/tasks/task.ts";
import { openProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCheckout } from "../../supabase/functions/checkout/handler.ts";
import { useDatabase } from "../support/database.ts";
import { clientOf, workerSql } from "./crashing.ts";
import { refund } from "./giving-back.ts";
import { type OpenOrder, openOrder } from "./sale.ts";

const database = useDatabase();
const NOBODY = "http://127.0.0.1:9/ewallet/v1";

let simulator: Awaited<ReturnType<typeof startSimulator>>;
let sql: ReturnType<typeof workerSql>;
beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  sql = workerSql(database);
});
afterAll(async () => {
  await sql.end();
  await simulator.stop();
});

/** Both providers; the wallet answers at this address. */
const providersWith = (wallet: string) =>
  openProviders(createStripe({ STRIPE_SECRET_KEY: "sk_test_away", STRIPE_API_BASE: simulator.url }), {
    STRIPE_WEBHOOK_SECRETS: "whsec_away",
    EWALLET_WEBHOOK_SECRETS: "ewallet_away",
    EWALLET_API_BASE: wallet,
    EWALLET_API_KEY: "ew_away",
  });

/** Runs a task while nobody answers at the wallet's address, and gives what it threw. */
async function runWithoutWallet(task: ScheduledTask): Promise<unknown> {
  const log = { info() {}, warn() {}, error() {}, debug() {} };
  const context = { sql, providers: providersWith(NOBODY), log, correlationId: "away" };
  const signal = new AbortController().signal;
  return task({ ...context, signal } as unknown as RunContext).then(
    () => null,
    (error) => error,
  );
}

/** An order whose page is open at a provider; no webhook ever comes. */
async function checkedOut(method: "card" | "ewallet"): Promise<OpenOrder & { session: string }> {
  const order = await openOrder(database.sql);
  const body = JSON.stringify({ order_id: order.orderId, ...(method === "ewallet" && { method }) });
  const deps = {
    asUser: clientOf(database, order.customerId),
    asService: clientOf(database, "service"),
    providers: providersWith(`${simulator.url}/ewallet/v1`),
  };
  const request = new Request("http://shop.test", { method: "POST", body });
  await handleCheckout(request, { ...deps, storefrontUrl: "http://shop.test", now: () => Date.now() });
  const [row] = await database.sql`select session_id from public.payments where order_id = ${order.orderId}`;
  return { ...order, session: row?.session_id };
}

const pay = (session: string) =>
  fetch(`${simulator.url}/simulator/sessions/${session}/pay`, { method: "POST", body: "{}" });
const statusOf = async ({ orderId }: OpenOrder) =>
  (await database.sql`select status from public.orders where id = ${orderId}`)[0]?.status;
const minutesPass = () =>
  database.sql`update public.payments set created_at = created_at - interval '5 minutes' where status in ('pending', 'processing')`;

describe("a wallet that is away", () => {
  test("holds up no card payment whose webhook was lost, and shows as a run that failed", async () => {
    for (let i = 0; i < 5; i++) await checkedOut("ewallet"); // older than the card's, so they are asked about first
    const card = await checkedOut("card");
    await pay(card.session);
    await minutesPass();
    expect(await runWithoutWallet(reconcilePayments)).toMatchObject({ message: expect.stringMatching(/^5 of 6/) });
    expect(await statusOf(card)).toBe("paid");
  });

  test("holds up no event that only the other provider's list has", async () => {
    const card = await checkedOut("card");
    await pay(card.session);
    expect(await runWithoutWallet(readEvents)).toMatchObject({ message: expect.stringMatching(/^1 of 2/) });
    expect(await statusOf(card)).toBe("paid");
  });

  test("holds up no refund that the other provider has made", async () => {
    const [card, wallet] = [await checkedOut("card"), await checkedOut("ewallet")];
    await pay(card.session);
    await runWithoutWallet(readEvents);
    const stripe = createStripe({ STRIPE_SECRET_KEY: "sk_test_away", STRIPE_API_BASE: simulator.url });
    const { payment_intent } = await stripe.checkout.sessions.retrieve(card.session);
    const made = await stripe.refunds.create({ payment_intent: String(payment_intent), amount: 1_00 });
    await database.sql`select private.settle_payment(id, amount, currency, 'ew_1') from public.payments where order_id = ${wallet.orderId}`;
    // both were sent, the wallet's first, and no word came since
    for (const [order, id] of [
      [wallet, "re_wallet"],
      [card, made.id],
    ] as const) {
      await refund(database.sql, order.orderId, { amount: 1_00 });
      await database.sql`update public.refunds set provider_refund_id = ${id} where order_id = ${order.orderId}`;
    }
    await database.sql`alter table public.refunds disable trigger _100_stamp_update`;
    await database.sql`update public.refunds set updated_at = now() - interval '1 hour'`;
    await database.sql`alter table public.refunds enable trigger _100_stamp_update`;
    expect(await runWithoutWallet(reconcileRefunds)).toMatchObject({ message: expect.stringMatching(/^1 of 2/) });
    const refunds = await database.sql`select status from public.refunds where provider_refund_id = ${made.id}`;
    expect(refunds).toEqual([{ status: "success" }]);
  });
});
