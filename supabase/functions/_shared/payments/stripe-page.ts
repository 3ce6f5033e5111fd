import Stripe from "stripe";
import type { StartedPayment } from "../started-payment.ts";
import type { OpenedPage, PageWish } from "./provider.ts";

const MINUTE = 60;
/** Stripe accepts sessions that live 30 minutes to 24 hours; one more minute allows for clocks and the way there. */
const SHORTEST_LIFE = 31 * MINUTE;
const LONGEST_LIFE = 24 * 60 * MINUTE - MINUTE;

/**
 * Opens Stripe's session for one payment attempt. The idempotency key is `<order_id>:<attempt>`, so that a repeated or
 * concurrent request gets the same session. When the parameters differ from those first sent under that key (Stripe
 * refuses that), the key gets a digest of the parameters: the first session's address never reached anybody.
 */
export async function openSession(stripe: Stripe, wish: PageWish): Promise<OpenedPage> {
  const { started } = wish;
  const parameters = sessionParameters(wish);
  const key = `${started.order.id}:${started.payment.attempt}`;
  try {
    return toPage(await stripe.checkout.sessions.create(parameters, { idempotencyKey: key }));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeIdempotencyError)) throw error;
  }
  const options = { idempotencyKey: `${key}:${await digest(parameters)}` };
  return toPage(await stripe.checkout.sessions.create(parameters, options));
}

/** The parameters of one attempt: the same attempt gives the same parameters within five minutes, as Stripe's keys ask for. */
function sessionParameters({
  started,
  returnTo,
  nowSeconds,
  customerId,
}: PageWish): Stripe.Checkout.SessionCreateParams {
  const { order, payment, customer } = started;
  const metadata = { order_id: order.id, payment_id: payment.id };
  return {
    mode: "payment",
    client_reference_id: order.id,
    metadata,
    payment_intent_data: {
      metadata,
      ...(payment.capture_method === "manual" ? { capture_method: "manual" } : {}),
      ...(customerId ? { setup_future_usage: "off_session" } : {}),
    },
    line_items: lines(order, payment),
    ...(customerId ? { customer: customerId } : customer.email ? { customer_email: customer.email } : {}),
    expires_at: expiryOf(order.expires_at, nowSeconds),
    success_url: `${returnTo}?checkout=success`,
    cancel_url: `${returnTo}?checkout=cancelled`,
  };
}

function lines(order: StartedPayment["order"], payment: StartedPayment["payment"]) {
  const currency = payment.currency.toLowerCase();
  const sum = order.items.reduce((total, item) => total + item.unit_amount * item.quantity, 0);
  // A discount, a tax or shipping makes lines and total differ: then the buyer pays one line with the order's total.
  if (sum !== payment.amount || order.items.length > 100) {
    return [
      {
        quantity: 1,
        price_data: { currency, unit_amount: payment.amount, product_data: { name: `Order ${order.number}` } },
      },
    ];
  }
  return order.items.map((item) => ({
    quantity: item.quantity,
    price_data: { currency, unit_amount: item.unit_amount, product_data: { name: item.title } },
  }));
}

/** The page closes with the order's hold where Stripe allows it, else as early as it allows, on a full five minutes. */
function expiryOf(heldUntil: string | null, now: number): number {
  const wanted = heldUntil ? Math.floor(Date.parse(heldUntil) / 1000) : 0;
  if (wanted >= now + SHORTEST_LIFE) return Math.min(wanted, now + LONGEST_LIFE);
  return Math.ceil((now + SHORTEST_LIFE) / (5 * MINUTE)) * 5 * MINUTE;
}

async function digest(parameters: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parameters)));
  return [...new Uint8Array(bytes).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toPage(session: Stripe.Checkout.Session): OpenedPage {
  if (!session.url) throw new Error(`Stripe opened no page for the session ${session.id}.`);
  return { id: session.id, url: session.url, expires_at: new Date(session.expires_at * 1000).toISOString() };
}
