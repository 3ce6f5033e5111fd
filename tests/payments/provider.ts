import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { createSeatline, type Seatline } from "../../packages/sdk/src/index.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type SignedUp, signUp, type TestStack } from "../support/stack.ts";
import type { ProviderEvent } from "./provider-events.ts";

/** A person with an SDK of their own. */
export type Buyer = SignedUp & { seatline: Seatline };

/** Signs a buyer up over HTTP. */
export async function newBuyer(stack: TestStack): Promise<Buyer> {
  const person = await signUp(stack, { first_name: "Sari", locale: "en" });
  return { ...person, seatline: seatlineOf(stack, person) };
}

/** The SDK of a person who signed up. */
export function seatlineOf(stack: TestStack, { token }: SignedUp): Seatline {
  return createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey, accessToken: async () => token });
}

/** An order on its way to be paid, over HTTP. */
export type Checkout = { orderId: string; paymentId: string; sessionId: string; variantId: string };

/** Places an order and opens its page at the provider; the price ends in 50, so that only the test decides what becomes of it. */
export async function startCheckout(
  stack: TestStack,
  buyer: Buyer,
  wish: { seats?: number; variantId?: string } = {},
): Promise<Checkout> {
  const variantId =
    wish.variantId ?? (await publishedIntake(stack.sql, { seats: wish.seats ?? 5, price: 150_000_50 })).variantId;
  const order = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
  const { payment } = await buyer.seatline.checkout.start({ order_id: order.id });
  const [row] = await stack.sql`select session_id from public.payments where id = ${payment.id}`;
  return { orderId: order.id, paymentId: payment.id, sessionId: row?.session_id, variantId };
}

/** Does what a buyer does on the provider's page; gives the HTTP status. */
export async function atProvider(
  stack: TestStack,
  sessionId: string,
  deed: "pay" | "decline" | "expire",
  card?: string,
): Promise<number> {
  const response = await fetch(`${stack.urls.simulator}/simulator/sessions/${sessionId}/${deed}`, {
    method: "POST",
    ...(card ? { body: JSON.stringify({ payment_method: card }) } : {}),
  });
  return response.status;
}

/** What the provider knows of one order. */
export type Truth = {
  sessions: { id: string; status: string; payment_status: string; amount_total: number }[];
  captured: number;
  refunded: number;
  intents: string[];
};

/** Asks the provider what really happened to one order. */
export async function truthOf(stack: TestStack, orderId: string): Promise<Truth> {
  const all = (await (await fetch(`${stack.urls.simulator}/simulator/truth`)).json()) as {
    sessions: (Truth["sessions"][number] & { client_reference_id: string; payment_intent: string | null })[];
    charges: { payment_intent: string; amount_captured: number; amount_refunded: number }[];
  };
  const sessions = all.sessions.filter((session) => session.client_reference_id === orderId);
  const intents = sessions.flatMap(({ payment_intent }) => payment_intent ?? []);
  const charges = all.charges.filter(({ payment_intent }) => intents.includes(payment_intent));
  return {
    sessions,
    intents,
    captured: charges.reduce((sum, charge) => sum + charge.amount_captured, 0),
    refunded: charges.reduce((sum, charge) => sum + charge.amount_refunded, 0),
  };
}

/** The real client library, talking to the simulator. */
export function stripeOf(stack: TestStack): Stripe {
  const { hostname, port } = new URL(stack.urls.simulator);
  return new Stripe(stack.keys.stripeKey, { host: hostname, port: Number(port), protocol: "http" });
}

/** Delivers an event to the deployed webhook, signed with `secret` at `timestamp` (seconds). */
export async function deliverSigned(
  stack: TestStack,
  event: ProviderEvent,
  options: { secret?: string; timestamp?: number; sent?: string } = {},
): Promise<{ status: number; body: { code?: string; outcome?: string } }> {
  const payload = JSON.stringify(event);
  const { secret = stack.keys.webhookSecret, timestamp } = options;
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    ...(timestamp ? { timestamp } : {}),
  });
  const response = await fetch(`${stack.urls.api}/functions/v1/stripe-webhook`, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": signature, "x-request-id": randomUUID() },
    body: options.sent ?? payload,
  });
  return { status: response.status, body: (await response.json()) as { code?: string; outcome?: string } };
}
