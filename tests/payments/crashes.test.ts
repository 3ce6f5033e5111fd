import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { applyTakenEvents } from "../../packages/worker/src/apply-taken-events.ts";
import { createLog } from "../../packages/worker/src/log.ts";
import type { Mail } from "../../packages/worker/src/mailer.ts";
import type { Settings } from "../../packages/worker/src/settings.ts";
import { issueInvoice } from "../../packages/worker/src/tasks/invoices.issue-invoice.ts";
import { sendDocument } from "../../packages/worker/src/tasks/invoices.send-document.ts";
import { sendCapture } from "../../packages/worker/src/tasks/payments.send-capture.ts";
import { sendRefund } from "../../packages/worker/src/tasks/payments.send-refund.ts";
import { type Failpoint, failpoint, failpointsUrl } from "../../supabase/functions/_shared/failpoint.ts";
import { handleWebhook, type WebhookDeps } from "../../supabase/functions/_shared/payments/handle-webhook.ts";
import { openProviders, type PaymentProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { ProviderRefusal } from "../../supabase/functions/_shared/payments/provider.ts";
import { WebhookInbox } from "../../supabase/functions/_shared/payments/webhook-inbox.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCheckout } from "../../supabase/functions/checkout/handler.ts";
import { handleCreatePaymentIntent } from "../../supabase/functions/create-payment-intent/handler.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { capture, letGoByHand } from "./authorized.ts";
import { again, clientOf, crashAt, runTask, stepsOf, workerSql } from "./crashing.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { type OpenOrder, openOrder, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();
const SECRET = "whsec_crashes";
let simulator: Simulator;
let providers: PaymentProviders;

beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  const env = { STRIPE_SECRET_KEY: "sk_test_crashes", STRIPE_API_BASE: simulator.url };
  providers = openProviders(createStripe(env), {
    STRIPE_WEBHOOK_SECRETS: SECRET,
    EWALLET_API_BASE: `${simulator.url}/ewallet/v1`,
    EWALLET_API_KEY: "ew_crashes",
  });
});
afterEach(() => {
  delete process.env.SEATLINE_FAILPOINTS_URL;
});
afterAll(() => simulator?.stop());

const stripe = () => createStripe({ STRIPE_SECRET_KEY: "sk_test_crashes", STRIPE_API_BASE: simulator.url });
const truth = async () =>
  (await (await fetch(`${simulator.url}/simulator/truth`)).json()) as {
    sessions: { client_reference_id: string }[];
    payment_intents: { metadata: { order_id?: string } }[];
    ewallet_payments: { order: string }[];
    refunds: { metadata: { order_id?: string }; amount: number }[];
  };

type Opened = {
  order: { id: string };
  payment: { id: string; attempt: number; checkout_url: string | null };
  intent_id?: string;
};

async function post(order: OpenOrder, target: TestDatabase, method: string, known: PaymentProviders): Promise<Opened> {
  const deps = { asUser: clientOf(target, order.customerId), asService: clientOf(target, "service") };
  const body = JSON.stringify({ order_id: order.orderId, ...(method === "ewallet" && { method }) });
  const request = new Request("http://functions.test", { method: "POST", body });
  const answer =
    method === "intent"
      ? await handleCreatePaymentIntent(request, { ...deps, provider: known.stripe })
      : await handleCheckout(request, {
          ...deps,
          providers: known,
          storefrontUrl: "http://shop.test",
          now: () => Date.now(),
        });
  return (await answer.json()) as Opened;
}

/** A payment that is opened ends as one attempt and one page, and every answer is the same. */
async function openedOnce(target: TestDatabase, step: Failpoint, method: string, known = providers): Promise<void> {
  const order = await openOrder(target.sql);
  await crashAt(simulator, step);
  const first = await again(() => post(order, target, method, known));
  expect(await post(order, target, method, known)).toMatchObject({
    payment: { id: first.payment.id, attempt: 1, checkout_url: first.payment.checkout_url },
    ...(first.intent_id && { intent_id: first.intent_id }),
  });
  const { sessions, payment_intents, ewallet_payments } = await truth();
  const made = [
    ...sessions.filter(({ client_reference_id }) => client_reference_id === order.orderId),
    ...payment_intents.filter(({ metadata }) => metadata.order_id === order.orderId),
    ...ewallet_payments.filter((payment) => payment.order === order.orderId),
  ];
  expect(made, "what was opened at the provider").toHaveLength(1);
  expect((await outcomeOf(target.sql, order)).payments).toEqual(["pending 0 0"]);
}

describe("a checkout that crashes and is asked for again opens one page", () => {
  test.each(stepsOf("checkout").flatMap((step) => [[step, "card"] as const, [step, "ewallet"] as const]))(
    "at %s, by %s",
    (step, method) => openedOnce(database, step, method),
  );

  test.each(stepsOf("intent"))("at %s", (step) => openedOnce(database, step, "intent"));

  test("but two without the provider's idempotency key", async () => {
    const forgetful = { ...providers.stripe };
    forgetful.openPage = (wish) => {
      const payment = { ...wish.started.payment, attempt: Math.floor(Math.random() * 1e9) };
      return providers.stripe.openPage({ ...wish, started: { ...wish.started, payment } });
    };
    await expect(openedOnce(database, "checkout.opened", "card", { stripe: forgetful })).rejects.toMatchObject({
      name: "AssertionError",
    });
  });
});

/** A card payment of a new order, with its page paid at the provider. */
async function paidAtProvider(target: TestDatabase): Promise<Sale> {
  const order = await openOrder(target.sql);
  const { payment } = await post(order, target, "card", providers);
  const [row] = await target.sql`select session_id from public.payments where id = ${payment.id}`;
  await fetch(`${simulator.url}/simulator/sessions/${row?.session_id}/pay`, { method: "POST" });
  return { ...order, paymentId: payment.id, sessionId: row?.session_id, intentId: "" };
}

/** What the provider delivers about it, signed. */
async function delivery({ sessionId }: Sale): Promise<() => Request> {
  const event = await providers.stripe.retrieve({
    session_id: sessionId,
    provider_payment_id: null,
    status: "pending",
  });
  const payload = JSON.stringify({ ...event, id: `evt_${randomUUID()}`, type: "checkout.session.completed" });
  const signature = await stripe().webhooks.generateTestHeaderStringAsync({ payload, secret: SECRET });
  return () =>
    new Request("http://functions.test", { method: "POST", body: payload, headers: { "stripe-signature": signature } });
}

/** The webhook as a function has it; with `atOnce` 0 each delivery is one too many to be applied before its answer. */
function webhookOf(target: TestDatabase, atOnce?: number): WebhookDeps {
  return {
    provider: providers.stripe,
    inbox: new WebhookInbox(clientOf(target, "service"), "stripe", undefined, atOnce),
  };
}

async function paidOnce(target: TestDatabase, step: Failpoint): Promise<void> {
  const sale = await paidAtProvider(target);
  const request = await delivery(sale);
  const deps = webhookOf(target, step === "webhook.taken" ? 0 : undefined);
  await crashAt(simulator, step);
  const answer = await again(() => handleWebhook(request(), deps));
  const outcome = { "webhook.verified": "applied", "webhook.taken": "received" }[step as string] ?? "duplicate";
  expect([answer.status, (await answer.json()).outcome]).toEqual([200, outcome]);
  if (step === "webhook.taken") {
    // The one that took it is gone and the next one leaves it alone: it is the worker's.
    await target.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
    const sql = workerSql(target);
    expect(await applyTakenEvents(sql, createLog("silent"))).toBe(1);
    await sql.end();
  }
  expect(await outcomeOf(target.sql, sale)).toMatchObject({
    order: "paid",
    payments: [`success ${PRICE} 0`],
    enrollments: ["active"],
    ledger: { cash_in_transit: PRICE, revenue: -PRICE },
    events: { "order.paid": 1, "payment.succeeded": 1 },
  });
  await expectInvariants(target.sql);
}

describe("a webhook that crashes and is delivered again pays once", () => {
  test.each(stepsOf("webhook"))("at %s", (step) => paidOnce(database, step));

  test("but twice when nobody remembers what was done", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.apply_provider_event", "if v_event.processed_at is not null then", "if false then"),
        replaceInFunction(
          "private.settle_payment",
          "if v_payment.status in ('success', 'refunding', 'refunded', 'refund_failed') then",
          "if false then",
        ),
      ),
      (target) => paidOnce(target, "webhook.received"),
      { rounds: 1 },
    );
  });
});

async function refundedOnce(target: TestDatabase, step: Failpoint, known = providers): Promise<void> {
  const sale = await paidAtProvider(target);
  await handleWebhook((await delivery(sale))(), webhookOf(target));
  await target.sql`select private.undo_order(${sale.orderId}, 'a test gives it back')`;
  const [refund] = await target.sql`select id from public.refunds where order_id = ${sale.orderId}`;
  const sql = workerSql(target);
  try {
    await crashAt(simulator, step);
    await again(() => runTask(sendRefund, refund?.id, { sql, providers: known }));
    await runTask(sendRefund, refund?.id, { sql, providers: known });
  } finally {
    await sql.end();
  }
  const made = (await truth()).refunds.filter(({ metadata }) => metadata.order_id === sale.orderId);
  expect(
    made.map(({ amount }) => amount),
    "refunds at the provider",
  ).toEqual([PRICE]);
  expect(await outcomeOf(target.sql, sale)).toMatchObject({
    order: "cancelled",
    payments: [`refunded ${PRICE} ${PRICE}`],
    refunds: [`order_cancelled success ${PRICE}`],
    events: { "refund.succeeded": 1 },
  });
  await expectInvariants(target.sql);
}

describe("a refund whose worker crashes and starts again goes back once", () => {
  test.each(stepsOf("refund"))("at %s", (step) => refundedOnce(database, step));

  test("but is sent in two halves without the provider's idempotency key", async () => {
    const forgetful = { ...providers.stripe };
    forgetful.refund = (wish) =>
      providers.stripe.refund({ ...wish, amount: wish.amount / 2, attempt: Math.floor(Math.random() * 1e9) });
    await expect(refundedOnce(database, "refund.sent", { stripe: forgetful })).rejects.toMatchObject({
      name: "AssertionError",
    });
    await database.sql`update public.refunds set status = 'failed' where status = 'pending'`;
  });
});

async function invoicedOnce(target: TestDatabase, step: Failpoint): Promise<void> {
  const sale = await paidAtProvider(target);
  await handleWebhook((await delivery(sale))(), webhookOf(target));
  const sql = workerSql(target);
  try {
    await crashAt(simulator, step);
    await again(() => runTask(issueInvoice, sale.orderId, { sql }));
  } finally {
    await sql.end();
  }
  const invoices = await target.sql`select kind from public.invoices where order_id = ${sale.orderId}`;
  expect(invoices).toEqual([{ kind: "invoice" }]);
  await expectInvariants(target.sql); // no gap in the numbers
}

describe("an invoice whose worker crashes and starts again is one, and no number is lost", () => {
  test.each(stepsOf("invoice"))("at %s", (step) => invoicedOnce(database, step));

  test("but two when nobody looks for the first one", async () => {
    await withSabotage(
      allOf(
        "drop index public.invoices_one_per_order",
        replaceInFunction("private.issue_invoice", "if v_invoice_id is not null", "if false"),
      ),
      (target) => invoicedOnce(target, "invoice.issued"),
      { rounds: 1 },
    );
  });
});

/** An order whose card payment the provider holds and staff want: all of it, or nothing. */
async function askedFor(target: TestDatabase, what: "capture" | "void"): Promise<Sale> {
  await target.sql`update public.settings set value = '"manual"' where key = 'payment_capture'`;
  const order = await openOrder(target.sql);
  const { payment, intent_id: intentId = "" } = await post(order, target, "intent", providers);
  await target.sql`update public.settings set value = '"automatic"' where key = 'payment_capture'`;
  const card = { payment_method: "pm_card_visa", return_url: "http://shop.test" };
  await stripe().paymentIntents.confirm(intentId, card);
  const known = { session_id: intentId, provider_payment_id: null, status: "pending" };
  await deliver(target.sql, (await providers.stripe.retrieve(known)) as Parameters<typeof deliver>[1]);
  if (what === "capture") await capture(target.sql, payment.id);
  else await letGoByHand(target.sql, payment.id);
  return { ...order, paymentId: payment.id, sessionId: intentId, intentId };
}

async function takenOnce(target: TestDatabase, step: Failpoint, known = providers): Promise<void> {
  const what = step.split(".")[0] as "capture" | "void";
  const sale = await askedFor(target, what);
  const sql = workerSql(target);
  try {
    await crashAt(simulator, step);
    await again(() => runTask(sendCapture, sale.paymentId, { sql, providers: known }));
    await runTask(sendCapture, sale.paymentId, { sql, providers: known });
  } finally {
    await sql.end();
  }
  const { status, amount_received } = await stripe().paymentIntents.retrieve(sale.intentId);
  const there = what === "capture" ? ["succeeded", PRICE] : ["canceled", 0];
  expect([status, amount_received]).toEqual(there);
  const here =
    what === "capture" ? { order: "paid", payments: [`success ${PRICE} 0`] } : { payments: ["cancelled 0 0"] };
  expect(await outcomeOf(target.sql, sale)).toMatchObject(here);
  await expectInvariants(target.sql);
}

describe("a payment that is taken or let go by a worker that crashes and starts again ends once", () => {
  test.each(stepsOf("capture", "void"))("at %s", (step) => takenOnce(database, step));

  test("but counts as refused by an adapter that does not ask what became of it", async () => {
    const rash = { ...providers.stripe };
    rash.capture = async ({ provider_payment_id, amount }) => {
      const done = await stripe()
        .paymentIntents.capture(provider_payment_id, { amount_to_capture: amount ?? 0 })
        .catch((error: Error) => Promise.reject(new ProviderRefusal("refused", error.message)));
      return { id: `rash_${done.id}`, type: "payment_intent.reconciled", data: { object: done as never } };
    };
    await expect(takenOnce(database, "capture.sent", { stripe: rash })).rejects.toMatchObject({
      name: "AssertionError",
    });
    await database.sql`update public.payments set status = 'cancelled' where status = 'authorized'`;
  });
});

async function mailedOnce(target: TestDatabase, step: Failpoint): Promise<void> {
  const sale = await paidAtProvider(target);
  await handleWebhook((await delivery(sale))(), webhookOf(target));
  const sql = workerSql(target);
  await runTask(issueInvoice, sale.orderId, { sql });
  const [invoice] = await target.sql`select id from public.invoices where order_id = ${sale.orderId}`;
  const files = new Map<string, Buffer>();
  const mails: Mail[] = [];
  const tools = {
    sql,
    settings: { storefrontUrl: "http://shop.test" } as Settings,
    mailer: { send: async (mail: Mail) => void mails.push(mail), close() {} },
    invoiceFiles: {
      keep: async (name: string, bytes: Buffer) => {
        if (!files.has(name)) files.set(name, bytes);
        return files.get(name) as Buffer;
      },
      read: async (name: string) => files.get(name) as Buffer,
    },
  };
  try {
    await crashAt(simulator, step);
    await again(() => runTask(sendDocument, invoice?.id, tools));
    await runTask(sendDocument, invoice?.id, tools);
  } finally {
    await sql.end();
  }
  expect(files.size, "files").toBe(1);
  // Between the mail server's word and ours nobody can know: the mail may go out again, by the same Message-ID.
  expect(mails).toHaveLength(step === "mail.sent" ? 2 : 1);
  expect(new Set(mails.map(({ effectKey }) => effectKey)).size).toBe(1);
  const [file] = files.values();
  for (const { attachments } of mails) expect(attachments?.[0]?.content).toEqual(file);
  const kept = await target.sql`select pdf_path, pdf_bytes from public.invoices where id = ${invoice?.id}`;
  expect(kept).toEqual([{ pdf_path: [...files.keys()][0], pdf_bytes: file?.length }]);
}

describe("an invoice's file and mail, whose worker crashes and starts again, are one", () => {
  test.each(stepsOf("document", "mail"))("at %s", (step) => mailedOnce(database, step));

  test("but two mails when nobody remembers that one was sent", async () => {
    await withSabotage(
      replaceInFunction(
        "private.mark_notification",
        "where notifications.id = mark_notification.notification_id",
        "where false",
      ),
      (target) => mailedOnce(target, "document.kept"),
      { rounds: 1 },
    );
  });
});

describe("failpoints are off", () => {
  const on = { SEATLINE_FAILPOINTS_URL: "http://127.0.0.1:54326", STRIPE_SECRET_KEY: "sk_test_1" };

  test.each([
    ["where nobody set them", {}],
    ["where the address is elsewhere", { ...on, SEATLINE_FAILPOINTS_URL: "https://failpoints.example.com" }],
    ["where the address is none", { ...on, SEATLINE_FAILPOINTS_URL: "1" }],
    ["beside a live key", { ...on, STRIPE_SECRET_KEY: "sk_live_1" }],
    ["beside a live restricted key", { ...on, STRIPE_SECRET_KEY: "rk_live_1" }],
  ])("%s: nothing is asked and nothing happens", async (_where, env) => {
    expect(failpointsUrl(env)).toBeNull();
    await failpoint("checkout.started", null, env);
  });

  test("and on where the embedded stack says so", () => {
    expect(failpointsUrl(on)).toBe("http://127.0.0.1:54326");
  });
});
