import { randomBytes } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { handleWebhook } from "../../supabase/functions/_shared/payments/handle-webhook.ts";
import type { PaymentProvider } from "../../supabase/functions/_shared/payments/provider.ts";
import { stripeProvider } from "../../supabase/functions/_shared/payments/stripe-provider.ts";
import { WebhookInbox } from "../../supabase/functions/_shared/payments/webhook-inbox.ts";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { publishedIntake } from "../support/catalog.ts";
import { signUp, useStack } from "../support/stack.ts";

const stack = useStack();
const stripe = new Stripe("sk_test_signs_fixtures");
const PRICE = 25_000_000;

type Sale = { orderId: string; paymentId: string; sessionId: string };

/** An order whose payment has a session, without a provider behind it: what the webhook is told is up to the test. */
async function openSale(): Promise<Sale> {
  const buyer = await signUp(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: PRICE });
  const placed = await buyer.client.rpc("place_order", { lines: [{ variant_id: variantId, quantity: 1 }] });
  if (placed.error) throw placed.error;
  const started = await buyer.client.rpc("start_payment", { order_id: placed.data.id });
  if (started.error) throw started.error;
  const sessionId = `cs_test_${randomBytes(8).toString("hex")}`;
  await stack.sql`
    select public.attach_payment_session(${started.data.payment.id}, ${sessionId}, 'http://pay.test', now() + interval '35 minutes')`;
  return { orderId: placed.data.id, paymentId: started.data.payment.id, sessionId };
}

function completed(sale: Sale, changes: Record<string, unknown> = {}): { id: string; body: string } {
  const id = `evt_${randomBytes(8).toString("hex")}`;
  const object = {
    id: sale.sessionId,
    object: "checkout.session",
    status: "complete",
    payment_status: "paid",
    amount_total: PRICE,
    currency: "idr",
    client_reference_id: sale.orderId,
    payment_intent: `pi_${sale.sessionId}`,
    metadata: { order_id: sale.orderId, payment_id: sale.paymentId },
    ...changes,
  };
  return { id, body: JSON.stringify({ id, object: "event", type: "checkout.session.completed", data: { object } }) };
}

const sign = (payload: string, secret = stack.keys.webhookSecret, timestamp?: number) =>
  stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, ...(timestamp ? { timestamp } : {}) });

async function deliver(
  body: string,
  signature: string | null,
  method = "POST",
): Promise<{ status: number; body: { code?: string; received?: boolean; outcome?: string } }> {
  const response = await fetch(`${stack.urls.api}/functions/v1/stripe-webhook`, {
    method,
    headers: { "content-type": "application/json", ...(signature ? { "stripe-signature": signature } : {}) },
    ...(method === "POST" ? { body } : {}),
  });
  return { status: response.status, body: (await response.json()) as { code?: string; outcome?: string } };
}

const statusOf = async ({ orderId }: Sale) => {
  const [order] = await stack.sql`select status from public.orders where id = ${orderId}`;
  return order?.status;
};

describe("stripe-webhook", () => {
  it("turns a paid session into a paid order and an active seat", async () => {
    const sale = await openSale();
    const { body } = completed(sale);
    const answer = await deliver(body, await sign(body));
    expect([answer.status, answer.body]).toEqual([200, { received: true, outcome: "applied" }]);
    expect(await statusOf(sale)).toBe("paid");
    const seats = await stack.sql`
      select enrollments.status from public.enrollments
      join public.order_items on order_items.id = enrollments.order_item_id where order_items.order_id = ${sale.orderId}`;
    expect(seats.map(({ status }) => status)).toEqual(["active"]);
  });

  it("answers 200 to each of 25 copies and books the money once", async () => {
    const sale = await openSale();
    const { body } = completed(sale);
    const signature = await sign(body);
    const answers = await Promise.all(Array.from({ length: 25 }, () => deliver(body, signature)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await expect.poll(() => statusOf(sale)).toBe("paid");
    await expect.poll(async () => (await deliver(body, signature)).body.outcome).toBe("duplicate");
    const paid = await stack.sql`select from public.events where subject_id = ${sale.orderId} and name = 'order.paid'`;
    expect(paid).toHaveLength(1);
  });

  it.each([
    ["another secret", (body: string) => sign(body, "whsec_somebody_elses")],
    ["a time 301 seconds ago", (body: string) => sign(body, undefined, Math.floor(Date.now() / 1000) - 301)],
    ["another body", (body: string) => sign(`${body} `)],
    ["nothing", async () => null],
    ["nonsense", async () => "t=1,v1=zz"],
    ["an empty signature", async () => ""],
  ])("refuses an event signed with %s, and nothing changes", async (_what, signature) => {
    const sale = await openSale();
    const { body, id } = completed(sale);
    const answer = await deliver(body, await signature(body));
    expect([answer.status, answer.body.code]).toEqual([400, "webhook_signature_invalid"]);
    expect(await statusOf(sale)).toBe("pending");
    expect(await stack.sql`select from private.provider_events where event_id = ${id}`).toHaveLength(0);
  });

  it("takes an event of anybody's when nobody looks at the signature: that alone is the guard", async () => {
    const sale = await openSale();
    const { body } = completed(sale);
    const careless = { ...stripeProvider(stripe, []), readWebhook: async (sent: string) => JSON.parse(sent) };
    const answer = await handle(body, await sign(body, "whsec_somebody_elses"), careless, stack.urls.api);
    expect([answer.status, await statusOf(sale)]).toEqual([200, "paid"]);
  });

  it.each([
    ["a smaller amount", { amount_total: 1 }],
    ["another currency", { currency: "usd" }],
    ["another order", { client_reference_id: "00000000-0000-4000-8000-000000000000" }],
  ])("puts an order before a person when the provider reports %s", async (_what, lie) => {
    const sale = await openSale();
    const { body } = completed(sale, lie);
    const answer = await deliver(body, await sign(body));
    expect([answer.status, answer.body.outcome]).toEqual([200, "needs_review"]);
    expect(await statusOf(sale)).toBe("needs_review");
  });

  it("refuses a signed body that is no event, other methods, and bodies of more than a megabyte", async () => {
    for (const body of ["[]", '{"id":"evt_1"}', "not json", '{"id":"evt_1","type":"x","data":{"object":null}}']) {
      const refused = await deliver(body, await sign(body));
      expect([body, refused.status, refused.body.code]).toEqual([body, 400, "webhook_body_invalid"]);
    }
    const got = await deliver("", null, "GET");
    expect([got.status, got.body.code]).toEqual([405, "method_not_allowed"]);
    const large = await deliver("x".repeat(1024 * 1024 + 1), "t=1,v1=00");
    expect(large.status).toBe(413);
  });

  it("accepts the old and the new secret while one is being rotated", async () => {
    for (const secret of ["whsec_new", "whsec_old"]) {
      const sale = await openSale();
      const { body } = completed(sale);
      const response = await handle(body, await sign(body, secret), ["whsec_new", "whsec_old"], stack.urls.api);
      expect([secret, response.status]).toEqual([secret, 200]);
      expect(await statusOf(sale)).toBe("paid");
    }
  });

  it("answers 503 when the database is away, so that Stripe delivers again", async () => {
    const sale = await openSale();
    const { body } = completed(sale);
    const problem = await handle(body, await sign(body), [stack.keys.webhookSecret], "http://127.0.0.1:9").catch(
      (e) => e,
    );
    expect(problem).toBeInstanceOf(Problem);
    expect([problem.status, problem.code]).toEqual([503, "database_unavailable"]);
  });
});

function handle(body: string, signature: string, by: string[] | PaymentProvider, api: string): Promise<Response> {
  const request = new Request("http://functions.test/stripe-webhook", {
    method: "POST",
    headers: { "stripe-signature": signature },
    body,
  });
  const asService = createClient(api, stack.keys.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const inbox = new WebhookInbox(asService, "stripe");
  return handleWebhook(request, { provider: Array.isArray(by) ? stripeProvider(stripe, by) : by, inbox });
}
