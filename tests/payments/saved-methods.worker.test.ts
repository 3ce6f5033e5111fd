import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { openDatabase, type Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import type { Worker } from "../../packages/worker/src/index.ts";
import { createLog } from "../../packages/worker/src/log.ts";
import { openStripe } from "../../packages/worker/src/stripe.ts";
import { chargeSavedMethod } from "../../packages/worker/src/tasks/payments.charge-saved-method.ts";
import type { EventRunContext } from "../../packages/worker/src/tasks/task.ts";
import { openProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { begun, FEE } from "../subscriptions/subscribing.ts";
import { useDatabase } from "../support/database.ts";
import { startSilentWorker } from "../support/worker.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { type ProviderEvent, paid } from "./provider-events.ts";
import { attach, openOrder, PRICE } from "./sale.ts";
import { customerAtProvider } from "./saved-methods.ts";

const database = useDatabase();
let simulator: Simulator;
let worker: Worker;
let workerSql: WorkerSql;

// No webhook address: every event of this provider is lost, and only its answers and the reconciler tell.
beforeAll(async () => {
  simulator = await startSimulator({ port: 0, settings: { webhook_url: null } });
  worker = await startSilentWorker(database.url, { STRIPE_API_BASE: simulator.url });
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
/** Twice: a schedule whose last run is just ending is not begun again by the first. */
const untilQuiet = async () => {
  await worker.untilEmpty();
  await worker.untilEmpty();
};
const seatOf = async (orderId: string) => {
  const [row] = await database.sql`select enrollments.status from public.enrollments
    join public.order_items on order_items.id = enrollments.order_item_id where order_items.order_id = ${orderId}`;
  return row?.status;
};
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

  test("charges an instalment that is due, again after a decline, and opens the course that was suspended", async () => {
    const order = await orderWithCard("pm_card_chargeCustomerFail");
    const [plan] =
      await database.sql`insert into public.instalment_plans (title, count, status) values ('In two', 2, 'active') returning id`;
    const parts = () =>
      database.sql`select status, failure_code from public.instalments where order_id = ${order.orderId} order by number`;
    const later = (
      days: number,
    ) => database.sql`update public.instalments set due_at = due_at - make_interval(days => ${days}),
      next_try_at = next_try_at - make_interval(days => ${days}), overdue_since = overdue_since - make_interval(days => ${days}) where order_id = ${order.orderId}`;
    const paymentId = await actingAs(database.sql, order.customerId, async (tx) => {
      await tx`select public.start_instalments(${order.orderId}, ${plan?.id})`;
      const [row] = await tx`select public.start_payment(${order.orderId}, 'checkout', ${PRICE / 2}) as started`;
      return row?.started.payment.id;
    });
    const first = { ...order, paymentId, sessionId: `cs_${paymentId}`, intentId: `pi_${paymentId}`, amount: PRICE / 2 };
    await attach(database.sql, paymentId, first.sessionId);
    await deliver(database.sql, paid(first));
    await later(32);
    await untilQuiet();
    expect(await parts()).toMatchObject([{ status: "paid" }, { status: "overdue", failure_code: "generic_decline" }]);
    await later(4);
    const [method] = await database.sql`select provider_method_id from private.provider_methods
      join public.payment_methods on payment_methods.id = payment_method_id where person_id = ${order.customerId}`;
    await untilQuiet();
    expect(await seatOf(order.orderId)).toBe("suspended");
    await fetch(`${simulator.url}/simulator/payment_methods/${method?.provider_method_id}`, {
      method: "POST",
      body: JSON.stringify({ behaves_as: "pm_card_visa" }),
    });
    await later(5);
    await untilQuiet();
    expect(await parts()).toMatchObject([{ status: "paid" }, { status: "paid" }]);
    expect(await seatOf(order.orderId)).toBe("active");
    expect(await taken(order.customer)).toEqual([PRICE / 2]);
  });

  test("hears of a subscription by asking: begun, renewed by the provider's clock, failed, paid by another card, ended", async () => {
    const sql = database.sql;
    const it = await begun(sql);
    const { id: customer } = await stripe().customers.create({});
    await customerAtProvider(sql, it.personId, customer);
    const price = await stripe().prices.create({
      currency: "idr",
      unit_amount: FEE,
      recurring: { interval: "month" },
      product_data: { name: "All" },
    });
    const metadata = { subscription_id: it.subscriptionId };
    const page = await stripe().checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: price.id, quantity: 1 }],
      metadata,
      subscription_data: { metadata },
      success_url: "http://shop.test",
    });
    await sql`select private.attach_subscription(${it.subscriptionId}, ${price.id}, ${page.id}, ${page.url}, now() + interval '1 hour')`;
    await sql`update public.subscriptions set created_at = now() - interval '5 minutes' where id = ${it.subscriptionId}`;
    const control = async (path: string, body: object) => {
      const response = await fetch(`${simulator.url}/simulator/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      expect(response.status, path).toBe(200);
    };
    const read = async () => {
      const [row] = await sql`select status, cardinality(array(select order_id from private.subscription_invoices
        where subscription_id = subscriptions.id and order_id is not null)) as orders from public.subscriptions where id = ${it.subscriptionId}`;
      return `${row?.status} ${row?.orders}`;
    };
    await control(`sessions/${page.id}/pay`, {});
    await untilQuiet();
    expect(await read()).toBe("active 1");
    await control("advance", { seconds: 32 * 24 * 60 * 60 });
    await untilQuiet();
    expect(await read()).toBe("active 2");
    const [kept] = (await stripe().paymentMethods.list({ customer })).data;
    await control(`payment_methods/${kept?.id}`, { behaves_as: "pm_card_chargeCustomerFail" });
    await control("advance", { seconds: 31 * 24 * 60 * 60 });
    await untilQuiet();
    expect(await read()).toBe("past_due 2");
    await control(`payment_methods/${kept?.id}`, { behaves_as: "pm_card_visa" });
    await untilQuiet();
    const [known] = await sql`select id from public.payment_methods where person_id = ${it.personId}`;
    if (!known)
      await sql`update private.provider_customers set saving_at = now() - interval '3 minutes' where person_id = ${it.personId}`;
    await untilQuiet();
    const [card] = await sql`select id from public.payment_methods where person_id = ${it.personId}`;
    await actingAs(
      sql,
      it.personId,
      (tx) => tx`select public.set_subscription_method(${it.subscriptionId}, ${card?.id})`,
    );
    await untilQuiet();
    expect(await read()).toBe("active 3");
    await actingAs(sql, it.personId, (tx) => tx`select public.cancel_subscription(${it.subscriptionId}, false)`);
    await untilQuiet();
    const [at] = (await stripe().invoices.list({})).data;
    expect(at?.status).toBe("paid");
    expect(await read()).toBe("canceled 3");
    const [unnamed] =
      await sql`select count(*) from public.payments where method = 'subscription' and provider_payment_id is null`;
    expect(unnamed?.count).toBe(0);
  });

  /** What the task has beside the job; `complete` is the transaction in which it records what became of the charge. */
  const contextOf = (client: ReturnType<typeof stripe>, complete: EventRunContext["complete"]) =>
    ({
      sql: workerSql,
      providers: openProviders(client, {}),
      log: createLog("silent"),
      complete,
    }) as unknown as EventRunContext;
  const jobOf = (paymentId: string) => ({
    process_id: "",
    event_id: null,
    subject_id: paymentId,
    correlation_id: null,
  });

  test.each([
    ["pm_card_visa", "payment_intent.succeeded", "paid", `success ${PRICE} 0`, "succeeded"],
    [
      "pm_card_chargeCustomerFail",
      "payment_intent.payment_failed",
      "pending",
      "failed 0 0 generic_decline",
      "canceled",
    ],
  ])(
    "records a charge of %s while %s comes, and neither waits for the other in a circle",
    async (card, type, ...ends) => {
      const order = await orderWithCard(card);
      const [asked] = await charge(order.orderId);
      let told: Promise<unknown> | undefined;
      const tellBetween = async () => {
        const events = (await stripe().events.list({ type, limit: 1 })).data as unknown as ProviderEvent[];
        told = deliver(database.sql, events[0] as ProviderEvent);
        const waiting = () =>
          database.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        await expect.poll(async () => (await waiting()).length).toBe(1);
      };
      const complete: EventRunContext["complete"] = (effect) =>
        workerSql.begin(async (transaction) => {
          const first = async (...statement: Parameters<typeof transaction>) => {
            const rows = await transaction(...statement);
            if (!told) await tellBetween();
            return rows;
          };
          await effect(first as unknown as typeof transaction);
        });
      await chargeSavedMethod(jobOf(asked?.id), contextOf(stripe(), complete));
      await told;
      await worker.untilEmpty();
      const { order: status, payments } = await outcomeOf(database.sql, order);
      const [intent] = (await stripe().paymentIntents.list({ customer: order.customer })).data;
      expect([status, ...payments, intent?.status]).toEqual(ends);
      expect(await database.sql`select error from private.provider_events where outcome = 'failed'`).toEqual([]);
    },
  );

  /** Two workers have the same charge; what one of them could not do yet it does again, as its queue would. */
  const byTwoWorkers = async (client: ReturnType<typeof stripe>) => {
    const order = await orderWithCard("pm_card_visa");
    const [asked] = await charge(order.orderId);
    const job = jobOf(asked?.id);
    const context = contextOf(client, (effect) => workerSql.begin(effect));
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
