import { randomUUID } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { sendCapture } from "../../packages/worker/src/tasks/payments.send-capture.ts";
import { openProviders, type PaymentProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import type {
  ChargeWish,
  PaymentFields,
  PaymentProvider,
  ProviderEvent,
  SavedMethods,
  Subscriptions,
} from "../../supabase/functions/_shared/payments/provider.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCheckout } from "../../supabase/functions/checkout/handler.ts";
import { handleCreatePaymentIntent } from "../../supabase/functions/create-payment-intent/handler.ts";
import { handleSetupPaymentMethod } from "../../supabase/functions/setup-payment-method/handler.ts";
import { handleStartSubscription } from "../../supabase/functions/start-subscription/handler.ts";
import { useDatabase } from "../support/database.ts";
import { authorizedSale, capture } from "./authorized.ts";
import { runTask, workerSql } from "./crashing.ts";
import { wishFor } from "./page-wish.ts";
import { PRICE } from "./sale.ts";

type Capture = NonNullable<PaymentProvider["capture"]>;

const database = useDatabase();
const lacks = { code: "payment_method_unavailable", status: 422 };
let simulator: Simulator;
let providers: PaymentProviders;

beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  providers = openProviders(createStripe({ STRIPE_SECRET_KEY: "sk_test_contract", STRIPE_API_BASE: simulator.url }), {
    EWALLET_API_BASE: `${simulator.url}/ewallet/v1`,
    EWALLET_API_KEY: "ew_contract",
  });
});
afterAll(() => simulator?.stop());

describe.each(["stripe", "ewallet"] as const)("the provider %s, of what it may lack, offers or refuses", (name) => {
  const kind = () => ({ provider: providers[name] as PaymentProvider });
  const control = (path: string) => fetch(`${simulator.url}/simulator/${path}`, { method: "POST" });

  const post = (body: object) => new Request("http://functions.test", { method: "POST", body: JSON.stringify(body) });
  const nobody = { asUser: {} as never, asService: {} as never };
  const page = { storefrontUrl: "http://shop.test", now: () => Date.now() };
  /** Whether it offers something; where it does not, whoever asks for it is told so before anything happens. */
  const offers = async (what: "capture" | "fields" | "savedMethods" | "subscriptions") => {
    const { provider } = kind();
    if (provider[what]) return true;
    const deps = { ...nobody, ...page, provider };
    const refused = {
      capture: [() => refusedCapture(provider)],
      fields: [() => handleCreatePaymentIntent(post({ order_id: randomUUID() }), deps)],
      savedMethods: [
        () => handleSetupPaymentMethod(post({}), deps),
        () => {
          const wish = { order_id: randomUUID(), method: "ewallet", save_method: true };
          return handleCheckout(post(wish), { ...nobody, ...page, providers });
        },
      ],
      subscriptions: [() => handleStartSubscription(post({ plan_id: randomUUID() }), deps)],
    }[what];
    for (const ask of refused) await expect(ask()).rejects.toMatchObject(lacks);
    return false;
  };
  const somebody = async () => {
    const person = { person_id: randomUUID(), email: "sari@example.test", name: "Sari" };
    return { person, customer: (await kind().provider.savedMethods?.customer(person)) as string };
  };
  /** Keeps a method with fields, as a page of the shop's own does, and gives what the list says of it. */
  const kept = async (card: string) => {
    const saved = kind().provider.savedMethods as SavedMethods;
    const { person, customer } = await somebody();
    expect(await saved.customer(person), "asked twice").toBe(customer);
    expect(await saved.list(customer)).toEqual([]);
    const { id, client_secret } = await saved.setUp(customer, "the key");
    expect((await saved.setUp(customer, "the key")).id, "the same key").toBe(id);
    expect(client_secret).toMatch(/secret/);
    const body = JSON.stringify({ payment_method: card });
    await fetch(`${simulator.url}/simulator/setup_intents/${id}/confirm`, { method: "POST", body });
    const [method] = await saved.list(customer);
    expect(method).toMatchObject({ data: { object: { customer } } });
    return { saved, customer, method: String(method?.data.object.id) };
  };
  const chargeOf = (customer: string, method: string): ChargeWish => ({
    payment_id: randomUUID(),
    order_id: randomUUID(),
    number: "SL-1",
    amount: PRICE,
    currency: "IDR",
    provider_customer_id: customer,
    provider_method_id: method,
    maybe_sent: false,
  });

  /** A payment whose money is only held, as it is found when the provider is asked. */
  const authorised = async () => {
    const wish = wishFor();
    Object.assign(wish.started.payment, { capture_method: "manual" });
    const page = await kind().provider.openPage(wish);
    expect((await control(`sessions/${page.id}/pay`)).status).toBe(200);
    const known = { session_id: page.id, provider_payment_id: null, status: "pending" };
    const find = async () => (await kind().provider.retrieve(known))?.data.object ?? { id: "", status: "none" };
    await expect.poll(async () => (await find()).status).toBe("requires_capture");
    const { id } = await find();
    const capture = kind().provider.capture as Capture;
    const now = () => kind().provider.retrieve({ ...known, provider_payment_id: id, status: "authorized" });
    return {
      ask: async (amount: number | null, key = randomUUID() as string) =>
        stateOf(await capture({ provider_payment_id: id, amount, key })),
      now: async () => stateOf((await now()) as ProviderEvent),
    };
  };
  const stateOf = ({ type, data: { object } }: ProviderEvent) => [type, object.status, object.amount_received];

  test("capture: what was authorised is taken in part and once, however often and under whatever key it is asked", async () => {
    if (!(await offers("capture"))) return;
    const { ask, now } = await authorised();
    const key = randomUUID();
    const taken = ["payment_intent.reconciled", "succeeded", 1000];
    expect(await ask(1000, key)).toEqual(taken);
    expect(await ask(1000, key)).toEqual(taken);
    expect(await ask(2000)).toEqual(taken);
    expect(await ask(null), "too late to let it go").toEqual(taken);
    expect(await now()).toEqual(taken);
  });

  test("capture: what was let go stays so, and nothing is taken of it", async () => {
    if (!(await offers("capture"))) return;
    const { ask, now } = await authorised();
    const key = randomUUID();
    const gone = ["payment_intent.reconciled", "canceled", 0];
    expect(await ask(null, key)).toEqual(gone);
    expect(await ask(null, key)).toEqual(gone);
    expect(await ask(PRICE)).toEqual(gone);
    expect(await now()).toEqual(gone);
  });

  test("capture: more than was authorised is refused, and so is what nobody knows; the money stays held", async () => {
    if (!(await offers("capture"))) return;
    const { ask, now } = await authorised();
    await expect(ask(PRICE + 1)).rejects.toMatchObject({ name: "ProviderRefusal" });
    expect(await now()).toEqual(["payment_intent.reconciled", "requires_capture", 0]);
    const unknown = { provider_payment_id: "pi_nothing_like_it", amount: 1, key: randomUUID() };
    await expect((kind().provider.capture as Capture)(unknown)).rejects.toMatchObject({ name: "ProviderRefusal" });
    expect(await ask(PRICE)).toEqual(["payment_intent.reconciled", "succeeded", PRICE]);
  });

  test("fields: the same ones for the same attempt, which can be closed", async () => {
    if (!(await offers("fields"))) return;
    const fields = kind().provider.fields as PaymentFields;
    const { started } = wishFor();
    const opened = await fields.open({ started, customerId: null });
    expect(opened.client_secret).toMatch(/secret/);
    expect(await fields.open({ started, customerId: null })).toEqual(opened);
    expect(await fields.retrieve(opened.id)).toEqual(opened);
    expect(await kind().provider.close(opened.id)).toBe(true);
    await expect(fields.retrieve("nothing_like_it")).rejects.toMatchObject({ name: "ProviderRefusal" });
  });

  test("saved methods: kept, charged once per payment however often it is asked, taken away", async () => {
    if (!(await offers("savedMethods"))) return;
    const { saved, customer, method } = await kept("pm_card_visa");
    const wish = chargeOf(customer, method);
    const charged = await saved.charge(wish);
    expect(charged).toMatchObject({
      event: {
        data: {
          object: { status: "succeeded", amount_received: PRICE, metadata: { payment_id: wish.payment_id } },
        },
      },
    });
    expect((await saved.charge(wish)).id).toBe(charged.id);
    expect((await saved.charge({ ...wish, maybe_sent: true })).id, "after its key was forgotten").toBe(charged.id);
    expect(await saved.detach(method)).toBe(true);
    expect(await saved.detach(method)).toBe(false);
    expect(await saved.list(customer)).toEqual([]);
  });

  test("saved methods: a decline is an answer, and takes nothing", async () => {
    if (!(await offers("savedMethods"))) return;
    const { saved, customer, method } = await kept("pm_card_chargeCustomerFail");
    const answer = await saved.charge(chargeOf(customer, method));
    expect(answer).toMatchObject({ declined: { code: "generic_decline", message: expect.any(String) } });
  });

  test("subscriptions: a page once, then what it says of itself, changed and ended", async () => {
    if (!(await offers("subscriptions"))) return;
    const subscriptions = kind().provider.subscriptions as Subscriptions;
    const { customer } = await somebody();
    const price = await subscriptions.makePrice({ currency: "IDR", amount: PRICE, period: "month", title: "All" });
    const nowSeconds = Math.floor(Date.now() / 1000);
    const wish = { id: randomUUID(), price, customerId: customer, returnTo: "http://shop.test/s", nowSeconds };
    const opened = await subscriptions.openPage(wish);
    expect(await subscriptions.openPage(wish)).toEqual(opened);
    const known = { subscription_id: null, session_id: opened.id };
    expect(await subscriptions.retrieve(known), "while its page is open").toEqual([]);
    expect((await control(`sessions/${opened.id}/pay`)).status).toBe(200);
    const said = await subscriptions.retrieve(known);
    expect(said.map(({ type }) => type)).toEqual([
      "checkout.session.reconciled",
      "customer.subscription.reconciled",
      "invoice.reconciled",
    ]);
    const id = String(said[1]?.data.object.id);
    const [changed] = await subscriptions.change(id, { cancels: true, methodId: null });
    expect(changed?.data.object).toMatchObject({ status: "active", cancel_at_period_end: true });
    const bills: ProviderEvent[] = [];
    for await (const bill of subscriptions.collect(id)) bills.push(bill);
    expect(bills, "nothing is open").toEqual([]);
    expect((await subscriptions.end(id))[0]?.data.object).toMatchObject({ id, status: "canceled" });
    await expect(subscriptions.change(id, { cancels: false, methodId: null })).rejects.toMatchObject({
      name: "ProviderRefusal",
    });
  });
});

/** A payment of this provider that says it is authorised comes before a person, whom nothing is hidden from, when its capture is asked. */
async function refusedCapture(provider: PaymentProvider): Promise<never> {
  const sale = await authorizedSale(database.sql);
  const { name } = provider;
  await database.sql`update public.payments set provider = ${name}, method = ${name} where id = ${sale.paymentId}`;
  await capture(database.sql, sale.paymentId);
  const sql = workerSql(database);
  await runTask(sendCapture, sale.paymentId, { sql, providers }).finally(() => sql.end());
  const [row] =
    await database.sql`select orders.status as "order", payments.status, failure_code as code, failure_message as why, capture_asked_at
    from public.payments join public.orders on orders.id = order_id where payments.id = ${sale.paymentId}`;
  expect(row).toEqual({
    order: "needs_review",
    status: "authorized",
    code: "capture_refused",
    why: "capture_not_offered",
    capture_asked_at: null,
  });
  throw Object.assign(new Error("refused"), lacks);
}

test("nothing outside the adapters speaks to a provider", async () => {
  const speaking = [];
  for await (const file of glob(["supabase/functions/**/*.ts", "packages/worker/src/**/*.ts"]))
    if (/from "(npm:)?stripe[@"]/.test(await readFile(file, "utf8"))) speaking.push(file);
  const client = ["packages/worker/src/stripe.ts", "supabase/functions/_shared/stripe.ts"];
  expect(speaking.filter((file) => !file.startsWith("supabase/functions/_shared/payments/")).sort()).toEqual(client);
});
