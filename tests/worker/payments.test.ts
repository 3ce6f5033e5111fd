import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Worker } from "../../packages/worker/src/index.ts";
import { openStripe } from "../../packages/worker/src/stripe.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { asCustomer, newCustomer } from "../support/people.ts";
import { startSilentWorker } from "../support/worker.ts";
import { type Mailbox, openMailbox } from "./support/mailbox.ts";
import { runWorker } from "./support/worker-process.ts";

const database = useDatabase();
const PRICE = 25_000_000;
let mailbox: Mailbox;
let simulator: Simulator;
let stripe: Stripe;
let worker: Worker;

// No webhook address: every delivery of this provider is lost.
beforeAll(async () => {
  mailbox = await openMailbox();
  simulator = await startSimulator({ port: 0, settings: { webhook_url: null, delay_ms: [0, 0] } });
  stripe = openStripe("sk_test_worker", simulator.url);
  worker = await startSilentWorker(database.url, {
    SMTP_URL: mailbox.url,
    STRIPE_API_BASE: simulator.url,
    STOREFRONT_URL: "http://shop.test",
  });
});
afterAll(async () => {
  await worker?.stop();
  await simulator?.stop();
  await mailbox?.close();
});

/** Lets the worker do what is due by the clock and what follows from it, to the end. */
const runDue = () => worker.untilEmpty();

/** The same by the worker's own program in a process of its own, for which the provider is away. */
async function runDueWithoutProvider(): Promise<void> {
  const { code, output } = await runWorker({
    databaseUrl: database.url,
    smtpUrl: mailbox.url,
    stripeBase: "http://127.0.0.1:9",
    args: ["--until-empty"],
  });
  expect(code, output).toBe(0);
}

type Sale = { orderId: string; paymentId: string; session: Stripe.Checkout.Session; customerId: string };

/** An order with a payment page at the provider, opened long enough ago for the reconciler to ask about it. */
async function openSale(amount = PRICE): Promise<Sale> {
  const customerId = await newCustomer(database.sql);
  const { variantId } = await publishedIntake(database.sql, { seats: 3, price: amount });
  const started = await database.sql.begin(async (sql) => {
    await asCustomer(sql, customerId);
    const lines = [{ variant_id: variantId, quantity: 1 }];
    const [placed] = await sql`select public.place_order(${JSON.stringify(lines)}::text::jsonb) as answer`;
    const [row] = await sql`select public.start_payment(${placed?.answer.id}) as answer`;
    return row?.answer;
  });
  const metadata = { order_id: started.order.id, payment_id: started.payment.id };
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    client_reference_id: started.order.id,
    metadata,
    payment_intent_data: { metadata },
    success_url: "http://shop.test",
    line_items: [
      { quantity: 1, price_data: { currency: "idr", unit_amount: amount, product_data: { name: "A seat" } } },
    ],
  });
  await database.sql`
    select public.attach_payment_session(${started.payment.id}, ${session.id}, ${session.url}, now() + interval '1 hour')`;
  await database.sql`update public.payments set created_at = now() - interval '5 minutes' where id = ${started.payment.id}`;
  return { orderId: started.order.id, paymentId: started.payment.id, session, customerId };
}

async function act(session: Stripe.Checkout.Session, deed: "pay" | "expire"): Promise<void> {
  const response = await fetch(`${simulator.url}/simulator/sessions/${session.id}/${deed}`, {
    method: "POST",
    body: "{}",
  });
  if (!response.ok) throw new Error(await response.text());
}

const orderOf = async ({ orderId }: Sale) => {
  const [row] = await database.sql`select private.order_document(${orderId}) as order`;
  return row?.order;
};
const mailsOf = async ({ customerId }: Sale) => {
  const [profile] = await database.sql`select email from public.profiles where id = ${customerId}`;
  return mailbox.mails.filter(({ recipient }) => recipient === profile?.email).map(({ subject }) => subject);
};
const refundsAtProvider = async (sale: Sale) => {
  const session = await stripe.checkout.sessions.retrieve(sale.session.id);
  return (await stripe.refunds.list({ payment_intent: String(session.payment_intent) })).data;
};

/** Says that the provider's list of events was read up to tomorrow, so that only the tasks that ask about one payment see anything. */
const listIsRead = () =>
  database.sql`insert into private.provider_readings (provider, read_until) values ('stripe', now() + interval '1 day')
    on conflict (provider) do update set read_until = excluded.read_until`;

describe("payments in the background", { timeout: 90_000 }, () => {
  it("heals a paid order whose webhook was lost, and confirms it by one mail", async () => {
    await listIsRead();
    const sale = await openSale();
    await act(sale.session, "pay");
    await runDue();
    expect(await orderOf(sale)).toMatchObject({ status: "paid", payments: [{ status: "success" }] });
    await runDue();
    const number = (await orderOf(sale)).number;
    expect((await mailsOf(sale)).filter((subject) => subject?.includes(number))).toEqual([
      `Pesanan ${number} sudah lunas`,
    ]);
    const [run] = await database.sql`select status from public.processes where task = 'payments.reconcile' limit 1`;
    expect(run?.status).toBe("done");
    await database.sql`update private.provider_events set received_at = received_at - interval '2 minutes'`;
    await runDue();
    const alerts = await database.sql`select key from public.alerts where kind = 'webhooks_missing'`;
    expect(alerts).toEqual([{ key: "webhooks:stripe" }]);
  });

  it("heals a slow payment whose failure was lost, and tells the buyer", async () => {
    const sale = await openSale(PRICE + 11);
    await expect
      .poll(async () => {
        const session = await stripe.checkout.sessions.retrieve(sale.session.id);
        if (!session.payment_intent) return null;
        return (await stripe.paymentIntents.retrieve(String(session.payment_intent))).status;
      })
      .toBe("requires_payment_method");
    await runDue();
    const order = await orderOf(sale);
    expect(order).toMatchObject({ status: "pending", payments: [{ status: "failed" }] });
    expect(await mailsOf(sale)).toContain(`Pembayaran pesanan ${order.number} gagal`);
  });

  it("leaves an open page alone, and notes one that expired", async () => {
    const [open, expired] = [await openSale(), await openSale()];
    await act(expired.session, "expire");
    await runDue();
    expect(await orderOf(open)).toMatchObject({ status: "pending", payments: [{ status: "pending" }] });
    expect(await orderOf(expired)).toMatchObject({ status: "pending", payments: [{ status: "expired" }] });
  });

  it("closes the payment page of an order that was cancelled or has expired", async () => {
    const [cancelled, due] = [await openSale(), await openSale()];
    await database.sql`select public.cancel_order(${cancelled.orderId}, 'a test')`;
    await database.sql`update public.orders set expires_at = now() - interval '1 second' where id = ${due.orderId}`;
    await database.sql`update public.reservations set expires_at = now() - interval '1 second' where holder_id = ${due.orderId}`;
    await runDue();
    await runDue();
    expect((await orderOf(due)).status).toBe("expired");
    for (const sale of [cancelled, due]) {
      const session = await stripe.checkout.sessions.retrieve(sale.session.id);
      expect(session.status).toBe("expired");
    }
  });

  it("gives the money back once when a paid order is cancelled", async () => {
    const sale = await openSale();
    await act(sale.session, "pay");
    await runDue();
    await database.sql`select public.cancel_order(${sale.orderId}, 'a test')`;
    await runDue();
    await runDue();
    const refunds = await refundsAtProvider(sale);
    expect(refunds.map(({ amount, status }) => ({ amount, status }))).toEqual([{ amount: PRICE, status: "succeeded" }]);
    expect(await orderOf(sale)).toMatchObject({
      status: "cancelled",
      payments: [{ status: "refunded", refunded_amount: PRICE }],
      refunds: [{ status: "success", amount: PRICE }],
    });
  });

  it("gives the money back when the page was paid after the order had ended", async () => {
    const sale = await openSale();
    await database.sql`select public.cancel_order(${sale.orderId}, 'a test')`;
    await act(sale.session, "pay");
    await runDue();
    await runDue();
    expect(await refundsAtProvider(sale)).toHaveLength(1);
    expect(await orderOf(sale)).toMatchObject({ status: "cancelled", payments: [{ status: "refunded" }] });
  });

  it("keeps a refund queued while the provider is away, and makes it once when it is back", async () => {
    const sale = await openSale();
    await act(sale.session, "pay");
    await runDue();
    await database.sql`select public.cancel_order(${sale.orderId}, 'a test')`;
    await runDueWithoutProvider();
    const [refund] = await database.sql`select id, status from public.refunds where order_id = ${sale.orderId}`;
    expect(refund?.status).toBe("pending");
    const [process] = await database.sql`
      select status, attempts, error from public.processes where subject_id = ${refund?.id} and task = 'payments.send-refund'`;
    expect(process).toMatchObject({ status: "queued", attempts: 1 });
    expect(process?.error).toBeTruthy();
    await database.sql`update pgboss.job set start_after = now() where name = 'payments.send-refund' and state = 'retry'`;
    await runDue();
    expect(await refundsAtProvider(sale)).toHaveLength(1);
    expect((await orderOf(sale)).refunds).toMatchObject([{ status: "success" }]);
  });

  it("puts an order before a person when the provider refuses the refund", async () => {
    const sale = await openSale();
    await act(sale.session, "pay");
    await runDue();
    const session = await stripe.checkout.sessions.retrieve(sale.session.id);
    await listIsRead();
    await stripe.refunds.create({ payment_intent: String(session.payment_intent) });
    await database.sql`select public.cancel_order(${sale.orderId}, 'a test')`;
    await runDue();
    expect(await orderOf(sale)).toMatchObject({ status: "needs_review", refunds: [{ status: "failed" }] });
  });

  it("hears of a dispute and of a refund by hand that no webhook told, from the provider's own list", async () => {
    await database.sql`delete from private.provider_readings`;
    const [disputed, refunded] = [await openSale(), await openSale()];
    for (const { session } of [disputed, refunded]) await act(session, "pay");
    await runDue();
    const { payment_intent } = await stripe.checkout.sessions.retrieve(refunded.session.id);
    await stripe.refunds.create({ payment_intent: String(payment_intent) });
    await fetch(`${simulator.url}/simulator/sessions/${disputed.session.id}/dispute`, { method: "POST" });
    await runDue();
    expect((await orderOf(disputed)).status).toBe("needs_review");
    expect(await orderOf(refunded)).toMatchObject({ status: "refunded", refunds: [{ reason: "by_provider" }] });
    const again = await database.sql`select count(*)::integer as events from private.provider_events`;
    await runDue();
    expect(await database.sql`select count(*)::integer as events from private.provider_events`).toEqual(again);
  });
});
