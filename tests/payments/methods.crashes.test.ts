import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import { chargeSavedMethod } from "../../packages/worker/src/tasks/payments.charge-saved-method.ts";
import { closeSession } from "../../packages/worker/src/tasks/payments.close-session.ts";
import { detachMethod } from "../../packages/worker/src/tasks/payments.detach-method.ts";
import { reconcileMethods } from "../../packages/worker/src/tasks/payments.reconcile-methods.ts";
import type { Failpoint } from "../../supabase/functions/_shared/failpoint.ts";
import { openProviders, type PaymentProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleSetupPaymentMethod } from "../../supabase/functions/setup-payment-method/handler.ts";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { again, clientOf, crashAt, neverAgain, runByClock, runTask, stepsOf, workerSql } from "./crashing.ts";
import { outcomeOf } from "./outcome.ts";
import { openOrder, PRICE } from "./sale.ts";
import { customerAtProvider } from "./saved-methods.ts";

const database = useDatabase();
let simulator: Simulator;
let providers: PaymentProviders;
let sql: WorkerSql;

// No webhook address: only answers and the reconciler tell.
beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  providers = openProviders(stripe(), {});
  sql = workerSql(database);
});
afterEach(() => {
  delete process.env.SEATLINE_FAILPOINTS_URL;
});
afterAll(async () => {
  await sql?.end();
  await simulator?.stop();
});

const stripe = () => createStripe({ STRIPE_SECRET_KEY: "sk_test_methods", STRIPE_API_BASE: simulator.url });
const find = (known = providers) => runByClock(reconcileMethods, { sql, providers: known });

/** An order of somebody who saved a card at the provider, of which no event came. */
async function orderOfSaver(card: string) {
  const order = await openOrder(database.sql);
  const { id: customer } = await stripe().customers.create({});
  await customerAtProvider(database.sql, order.customerId, customer);
  const setup = await stripe().setupIntents.create({ customer, usage: "off_session" });
  const body = JSON.stringify({ payment_method: card });
  const response = await fetch(`${simulator.url}/simulator/setup_intents/${setup.id}/confirm`, {
    method: "POST",
    body,
  });
  expect(response.status).toBe(200);
  await database.sql`update private.provider_customers set saving_at = now() - interval '3 minutes' where person_id = ${order.customerId}`;
  return { ...order, customer, paymentId: "", sessionId: "", intentId: "" };
}

const methodsOf = (personId: string) =>
  database.sql`select id from public.payment_methods where person_id = ${personId}`;

async function chargedOnce(step: Failpoint, known = providers): Promise<void> {
  const declines = step === "charge.declined";
  const order = await orderOfSaver(declines ? "pm_card_chargeCustomerFail" : "pm_card_visa");
  await find();
  const [asked] = await database.sql`select private.charge_order(${order.orderId}, null, 'a test') as id`;
  await crashAt(simulator, step);
  await again(() => runTask(chargeSavedMethod, asked?.id, { sql, providers: known }));
  const { data } = await stripe().charges.list({ customer: order.customer });
  const taken = data.filter(({ paid }) => paid).map(({ amount }) => amount);
  expect(taken, "what the provider took").toEqual(declines ? [] : [PRICE]);
  expect(await outcomeOf(database.sql, order)).toMatchObject(
    declines
      ? { order: "pending", payments: ["failed 0 0 generic_decline"], events: { "payment.failed": 1 } }
      : { order: "paid", payments: [`success ${PRICE} 0`], events: { "order.paid": 1 } },
  );
  if (!declines) return;
  await runTask(closeSession, asked?.id, { sql, providers: known });
  const intents = await stripe().paymentIntents.list({ customer: order.customer });
  expect(
    intents.data.map(({ status }) => status),
    "what is still open there",
  ).toEqual(["canceled"]);
}

describe("a saved card whose charge crashes and is tried again is charged once", () => {
  test.each(stepsOf("charge"))("at %s", (step) => chargedOnce(step));

  test("but twice without the payment as the provider's key", async () => {
    const client = stripe();
    const keyless = { ...client.paymentIntents, create: (wish: never) => client.paymentIntents.create(wish) };
    const forgetful = openProviders(Object.assign(Object.create(client), { paymentIntents: keyless }), {});
    await expect(chargedOnce("charge.sent", forgetful)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a saved card that is found by a worker that crashes and looks again", () => {
  const found = async (step: Failpoint, tries = again) => {
    const order = await orderOfSaver("pm_card_visa");
    await crashAt(simulator, step);
    await tries(() => find());
    expect(await methodsOf(order.customerId)).toHaveLength(1);
  };
  const takenAway = async (step: Failpoint, tries = again) => {
    const order = await orderOfSaver("pm_card_visa");
    await find();
    const [method] = await methodsOf(order.customerId);
    await actingAs(database.sql, order.customerId, (tx) => tx`select public.remove_payment_method(${method?.id})`);
    await crashAt(simulator, step);
    await tries(() => runTask(detachMethod, method?.id, { sql, providers }));
    expect((await stripe().paymentMethods.list({ customer: order.customer })).data).toEqual([]);
  };
  const [looking, detaching] = [stepsOf("methods"), stepsOf("detach")];

  test.each(looking)("is one, at %s", (step) => found(step));

  test.each(detaching)("is taken away at the provider too, at %s", (step) => takenAway(step));

  test("but is none, and stays there, when nobody tries again", async () => {
    const red = { name: "AssertionError" };
    await expect(found(looking[0] as Failpoint, neverAgain)).rejects.toMatchObject(red);
    await expect(takenAway(detaching[0] as Failpoint, neverAgain)).rejects.toMatchObject(red);
    await find();
  });
});

async function oneCustomer(step: Failpoint, provider = providers.stripe): Promise<void> {
  const personId = await newCustomer(database.sql);
  const deps = { asUser: clientOf(database, personId), asService: clientOf(database, "service"), provider };
  const setUp = () =>
    handleSetupPaymentMethod(new Request("http://functions.test", { method: "POST", body: "{}" }), deps);
  await crashAt(simulator, step);
  const answer = await again(setUp);
  expect(await answer.json()).toMatchObject({ client_secret: expect.any(String) });
  const customers: string[] = [];
  for await (const { id, metadata } of stripe().customers.list({ limit: 100 }))
    if (metadata.person_id === personId) customers.push(id);
  expect(customers, "customers at the provider").toHaveLength(1);
  const [known] =
    await database.sql`select provider_customer_id as id from private.provider_customers where person_id = ${personId}`;
  expect([known?.id]).toEqual(customers);
}

describe("somebody whose first saving crashes and is begun again is one customer at the provider", () => {
  test.each(stepsOf("customer", "setup"))("at %s", (step) => oneCustomer(step));

  test("but two without the person as the provider's key", async () => {
    const customer = async () => (await stripe().customers.create({ metadata: { person_id: await lastPerson() } })).id;
    const lastPerson = async () =>
      (await database.sql`select person_id from private.provider_customers order by created_at desc limit 1`)[0]
        ?.person_id;
    const savedMethods = { ...providers.stripe.savedMethods, customer } as typeof providers.stripe.savedMethods;
    await expect(oneCustomer("customer.made", { ...providers.stripe, savedMethods })).rejects.toMatchObject({
      name: "AssertionError",
    });
  });
});
