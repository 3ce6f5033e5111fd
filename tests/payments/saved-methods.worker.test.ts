import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { openDatabase, type Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import { readSettings, startWorker, type Worker } from "../../packages/worker/src/index.ts";
import { createLog } from "../../packages/worker/src/log.ts";
import { openStripe } from "../../packages/worker/src/stripe.ts";
import { chargeSavedMethod } from "../../packages/worker/src/tasks/payments.charge-saved-method.ts";
import type { EventRunContext } from "../../packages/worker/src/tasks/task.ts";
import { useDatabase } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import { outcomeOf } from "./outcome.ts";
import { openOrder, PRICE } from "./sale.ts";
import { customerAtProvider } from "./saved-methods.ts";

const database = useDatabase();
let simulator: Simulator;
let worker: Worker;
let workerSql: WorkerSql;

// No webhook address: every event of this provider is lost, and only its answers and the reconciler tell.
beforeAll(async () => {
  simulator = await startSimulator({ port: 0, settings: { webhook_url: null } });
  const settings = readSettings({
    DATABASE_URL: database.url,
    SMTP_URL: "smtp://127.0.0.1:9",
    SUPABASE_URL: "http://127.0.0.1:9",
    SUPABASE_SECRET_KEY: "sb_secret_worker",
    STRIPE_SECRET_KEY: "sk_test_worker",
    STRIPE_API_BASE: simulator.url,
  });
  worker = await startWorker(settings, createLog("silent"), { continuous: false });
  workerSql = openDatabase(database.url);
});
afterAll(async () => {
  await worker?.stop();
  await workerSql?.end();
  await simulator?.stop();
});

const stripe = () => openStripe("sk_test_worker", simulator.url);

/** An order of somebody who saved this card with a setup intent, of which no event came; the reconciler finds it. */
async function orderWithCard(card: string) {
  const order = await openOrder(database.sql);
  const { id: customer } = await stripe().customers.create({});
  await customerAtProvider(database.sql, order.customerId, customer);
  const setup = await stripe().setupIntents.create({ customer, usage: "off_session" });
  const response = await fetch(`${simulator.url}/simulator/setup_intents/${setup.id}/confirm`, {
    method: "POST",
    body: JSON.stringify({ payment_method: card }),
  });
  expect(response.status).toBe(200);
  await database.sql`update private.provider_customers set saving_at = now() - interval '3 minutes'`;
  await worker.untilEmpty();
  return { ...order, customer, paymentId: "", sessionId: "", intentId: "" };
}

const charge = (orderId: string) => database.sql`select private.charge_order(${orderId}, null, 'a test') as id`;
const taken = async (customer: string) =>
  (await stripe().charges.list({ customer })).data.filter(({ paid }) => paid).map(({ amount }) => amount);

describe("the worker", { timeout: 60_000 }, () => {
  test("charges a card that the reconciler found, and detaches it once its owner takes it away", async () => {
    const order = await orderWithCard("pm_card_visa");
    await charge(order.orderId);
    await worker.untilEmpty();
    expect(await outcomeOf(database.sql, order)).toMatchObject({ order: "paid", payments: [`success ${PRICE} 0`] });
    expect(await taken(order.customer)).toEqual([PRICE]);
    const [method] = await database.sql`select id from public.payment_methods where person_id = ${order.customerId}`;
    await actingAs(database.sql, order.customerId, (tx) => tx`select public.remove_payment_method(${method?.id})`);
    await worker.untilEmpty();
    expect((await stripe().paymentMethods.list({ customer: order.customer })).data).toEqual([]);
  });

  test.each([
    ["pm_card_chargeCustomerFail", "generic_decline"],
    ["pm_card_authenticationRequired", "authentication_required"],
  ])("ends a charge of %s as failed and closes its intent", async (card, code) => {
    const order = await orderWithCard(card);
    await charge(order.orderId);
    await worker.untilEmpty();
    expect(await outcomeOf(database.sql, order)).toMatchObject({
      order: "pending",
      payments: [`failed 0 0 ${code}`],
      events: { "payment.failed": 1 },
    });
    const [intent] = (await stripe().paymentIntents.list({ customer: order.customer })).data;
    expect(intent?.status).toBe("canceled");
  });

  /** Two workers have the same charge; what one of them could not do yet it does again, as its queue would. */
  const byTwoWorkers = async (client: ReturnType<typeof stripe>) => {
    const order = await orderWithCard("pm_card_visa");
    const [asked] = await charge(order.orderId);
    const job = { process_id: "", event_id: null, subject_id: asked?.id, correlation_id: null };
    const context = {
      sql: workerSql,
      stripe: client,
      log: createLog("silent"),
      complete: (effect: never) => workerSql.begin(effect),
    } as unknown as EventRunContext;
    await Promise.allSettled([chargeSavedMethod(job, context), chargeSavedMethod(job, context)]);
    await chargeSavedMethod(job, context);
    expect(await taken(order.customer)).toEqual([PRICE]);
    expect(await outcomeOf(database.sql, order)).toMatchObject({ order: "paid", payments: [`success ${PRICE} 0`] });
    await worker.untilEmpty();
  };

  test("of two charges once", () => byTwoWorkers(stripe()));

  test("of two charges twice without the payment as the key", async () => {
    const client = stripe();
    const keyless = { ...client.paymentIntents, create: (wish: never) => client.paymentIntents.create(wish) };
    const sabotaged = Object.assign(Object.create(client), { paymentIntents: keyless });
    await expect(byTwoWorkers(sabotaged)).rejects.toThrow("expected");
    await worker.untilEmpty();
    await database.sql`delete from private.provider_events where outcome = 'failed'`;
  });
});
