import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { openProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCheckout } from "../../supabase/functions/checkout/handler.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type SignedUp, signUp, useStack } from "../support/stack.ts";

const stack = useStack();
let anyone: SignedUp | undefined;

type Answer = {
  code?: string;
  message?: string;
  hint?: string | null;
  order: { id: string; status: string; total_amount: number };
  payment: { id: string; attempt: number; url: string; expires_at: string; status: string };
};

async function placeOrder(
  buyer: SignedUp,
  price = 15_000_000,
): Promise<{ id: string; expires_at: string; number: string }> {
  const { variantId } = await publishedIntake(stack.sql, { seats: 5, price });
  const { data, error } = await buyer.client.rpc("place_order", { lines: [{ variant_id: variantId, quantity: 1 }] });
  if (error) throw error;
  return data;
}

async function checkout(
  buyer: SignedUp | null,
  body: unknown,
  init: RequestInit = {},
): Promise<{ status: number; body: Answer; headers: Headers }> {
  const response = await fetch(`${stack.urls.api}/functions/v1/checkout`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
    headers: {
      apikey: stack.keys.publishableKey,
      "content-type": "application/json",
      ...(buyer ? { authorization: `Bearer ${buyer.token}` } : {}),
      ...init.headers,
    },
  });
  return { status: response.status, body: (await response.json()) as Answer, headers: response.headers };
}

type Sessions = { sessions: (Stripe.Checkout.Session & { client_reference_id: string })[] };
const sessionsOf = async (orderId: string) => {
  const truth = (await (await fetch(`${stack.urls.simulator}/simulator/truth`)).json()) as Sessions;
  return truth.sessions.filter((session) => session.client_reference_id === orderId);
};

describe("checkout", () => {
  it("answers with a page to pay on, and with the same one when asked again", async () => {
    const buyer = await signUp(stack);
    const order = await placeOrder(buyer);
    const first = await checkout(buyer, { order_id: order.id });
    expect(first.status).toBe(200);
    expect(first.body.order.id).toBe(order.id);
    expect(first.body.payment).toMatchObject({ attempt: 1, status: "pending", amount: 15_000_000, currency: "IDR" });
    expect(first.body.payment.url).toMatch(/^http/);
    const second = await checkout(buyer, { order_id: order.id });
    expect(second.body.payment.url).toBe(first.body.payment.url);
    expect(second.body.payment.id).toBe(first.body.payment.id);
  });

  it("tells the provider whose order it is, what it costs, and to close with the hold", async () => {
    const buyer = await signUp(stack);
    const order = await placeOrder(buyer);
    const { body } = await checkout(buyer, { order_id: order.id });
    const [session, ...more] = await sessionsOf(order.id);
    expect(more).toHaveLength(0);
    expect(session).toMatchObject({
      amount_total: 15_000_000,
      currency: "idr",
      metadata: { order_id: order.id, payment_id: body.payment.id },
      expires_at: Math.floor(Date.parse(order.expires_at) / 1000),
    });
    expect(session?.customer_email ?? session?.customer_details?.email).toBe(buyer.email);
  });

  it("opens one session for fifty clicks at once", async () => {
    const buyer = await signUp(stack);
    const order = await placeOrder(buyer);
    const answers = await Promise.all(Array.from({ length: 50 }, () => checkout(buyer, { order_id: order.id })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.payment.url)).size).toBe(1);
    expect(await sessionsOf(order.id)).toHaveLength(1);
    const payments = await stack.sql`select attempt from public.payments where order_id = ${order.id}`;
    expect(payments).toHaveLength(1);
  });

  it("gives one answer for an order that is not there and one that is somebody else's", async () => {
    const [buyer, other] = await Promise.all([signUp(stack), signUp(stack)]);
    const order = await placeOrder(buyer);
    const theirs = await checkout(other, { order_id: order.id });
    const missing = await checkout(other, { order_id: randomUUID() });
    expect([theirs.status, theirs.body.code]).toEqual([404, "order_not_found"]);
    expect(theirs.body).toEqual(missing.body);
    expect(await sessionsOf(order.id)).toHaveLength(0);
  });

  it("needs a signed-in person", async () => {
    const nobody = await checkout(null, { order_id: randomUUID() });
    expect([nobody.status, nobody.body.code]).toEqual([401, "sign_in_required"]);
    const forged = await checkout({ token: "not.a.token" } as SignedUp, { order_id: randomUUID() });
    expect(forged.status).toBe(401);
  });

  it.each([
    ["no JSON", "{"],
    ["no order", {}],
    ["not a uuid", { order_id: "1; drop table orders" }],
    ["a price of one's own", { order_id: randomUUID(), total_amount: 1 }],
    ["another method", { order_id: randomUUID(), method: "barter" }],
    ["a part of nothing", { order_id: randomUUID(), amount: 0 }],
    ["a list", [1]],
    ["nothing", ""],
  ])("refuses a body with %s", async (_what, body) => {
    anyone ??= await signUp(stack);
    const buyer = anyone;
    const refused = await checkout(buyer, body);
    expect([refused.status, refused.body.code]).toEqual([400, "invalid_body"]);
    expect(refused.body.hint).toBeTruthy();
  });

  it("gives the request id back and refuses other methods", async () => {
    const buyer = await signUp(stack);
    const refused = await checkout(buyer, {}, { headers: { "x-request-id": "req-of-a-test" } });
    expect(refused.headers.get("x-request-id")).toBe("req-of-a-test");
    const got = await checkout(buyer, undefined, { method: "GET", body: undefined });
    expect([got.status, got.body.code]).toEqual([405, "method_not_allowed"]);
  });

  it("refuses an order that is cancelled", async () => {
    const buyer = await signUp(stack);
    const order = await placeOrder(buyer);
    await buyer.client.rpc("cancel_order", { order_id: order.id });
    const refused = await checkout(buyer, { order_id: order.id });
    expect([refused.status, refused.body.code]).toEqual([409, "order_not_payable"]);
  });

  it("loses nothing when the provider is away: the same attempt goes on when it is back", async () => {
    const buyer = await signUp(stack);
    const order = await placeOrder(buyer);
    const away = createStripe({ STRIPE_SECRET_KEY: "sk_test_away", STRIPE_API_BASE: "http://127.0.0.1:9" });
    const problem = await handle(buyer, order.id, away).catch((error) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect([problem.status, problem.code]).toEqual([503, "provider_unavailable"]);
    const back = await checkout(buyer, { order_id: order.id });
    expect(back.status).toBe(200);
    expect(back.body.payment.attempt).toBe(1);
  });

  it("opens a new session when the first one's address was lost and the parameters have changed since", async () => {
    const buyer = await signUp(stack);
    const order = await placeOrder(buyer);
    const stripe = createStripe({ STRIPE_SECRET_KEY: stack.keys.stripeKey, STRIPE_API_BASE: stack.urls.simulator });
    const lost = await stripe.checkout.sessions.create(
      {
        mode: "payment",
        success_url: "http://old.test",
        line_items: [
          { quantity: 1, price_data: { currency: "idr", unit_amount: 15_000_000, product_data: { name: "old" } } },
        ],
      },
      { idempotencyKey: `${order.id}:1` },
    );
    const answer = (await (await handle(buyer, order.id, stripe)).json()) as Answer;
    expect(answer.payment.url).toBeTruthy();
    expect(answer.payment.url).not.toBe(lost.url);
  });
});

/** The handler itself, with the buyer's own client, so that a test can choose the provider. */
async function handle(buyer: SignedUp, orderId: string, stripe: Stripe): Promise<Response> {
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const request = new Request("http://functions.test/checkout", {
    method: "POST",
    body: JSON.stringify({ order_id: orderId }),
  });
  return await handleCheckout(request, {
    asUser: createClient(stack.urls.api, stack.keys.publishableKey, {
      ...options,
      global: { headers: { authorization: `Bearer ${buyer.token}` } },
    }),
    asService: createClient(stack.urls.api, stack.keys.secretKey, options),
    providers: openProviders(stripe, {}),
    storefrontUrl: "http://shop.test",
    now: () => Date.now(),
  });
}
