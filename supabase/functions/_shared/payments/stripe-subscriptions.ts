import Stripe from "stripe";
import { Problem } from "../problem.ts";
import type { OpenedPage, ProviderEvent, Subscriptions, SubscriptionWish } from "./provider.ts";
import { refusing } from "./stripe-refusing.ts";

const HOUR = 60 * 60;
type Told = Stripe.Subscription | Stripe.Invoice | Stripe.Checkout.Session;

/** Stripe's own subscriptions: it renews, collects and tells. */
export function stripeSubscriptions(stripe: Stripe): Subscriptions {
  return {
    makePrice: ({ currency, amount, period, title }) =>
      refusing(async () => {
        const product_data = { name: title };
        const recurring = { interval: period };
        return (
          await stripe.prices.create({ currency: currency.toLowerCase(), unit_amount: amount, recurring, product_data })
        ).id;
      }),
    openPage: (wish) => refusing(() => openPage(stripe, wish)),
    retrieve: (known) => refusing(() => retrieve(stripe, known)),
    end: (id) => refusing(async () => [tell(await stripe.subscriptions.cancel(id))]),
    change: (id, { cancels, methodId }) =>
      refusing(async () => {
        const method = methodId ? { default_payment_method: methodId } : {};
        return [tell(await stripe.subscriptions.update(id, { cancel_at_period_end: cancels, ...method }))];
      }),
    collect: (id) => collect(stripe, id),
  };
}

// The key is the subscription: a repeated or concurrent request gets the same page, which is why its parameters follow from it alone.
async function openPage(stripe: Stripe, wish: SubscriptionWish): Promise<OpenedPage> {
  const { id, price, customerId, returnTo, nowSeconds } = wish;
  const hour = Math.ceil(nowSeconds / HOUR) * HOUR;
  const metadata = { subscription_id: id };
  const parameters: Stripe.Checkout.SessionCreateParams = {
    mode: "subscription",
    customer: customerId,
    client_reference_id: id,
    line_items: [{ price, quantity: 1 }],
    metadata,
    subscription_data: { metadata },
    expires_at: hour + HOUR,
    success_url: `${returnTo}?checkout=success`,
    cancel_url: `${returnTo}?checkout=cancelled`,
  };
  try {
    const idempotencyKey = `subscription_${id}_${hour}_${price}`;
    const session = await stripe.checkout.sessions.create(parameters, { idempotencyKey });
    if (!session.url) throw new Error(`Stripe opened no page for the session ${session.id}.`);
    return { id: session.id, url: session.url, expires_at: new Date(session.expires_at * 1000).toISOString() };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeIdempotencyError)) throw error;
    throw new Problem("provider_unavailable", 503, "This subscription is being opened by another request.", {
      hint: "Ask again in a moment.",
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
}

async function retrieve(
  stripe: Stripe,
  { subscription_id, session_id }: Parameters<Subscriptions["retrieve"]>[0],
): Promise<ProviderEvent[]> {
  const told: Told[] = [];
  let id = subscription_id;
  if (id === null && session_id !== null) {
    const session = await stripe.checkout.sessions.retrieve(session_id);
    if (session.status === "open") return [];
    told.push(session);
    id = typeof session.subscription === "string" ? session.subscription : (session.subscription?.id ?? null);
  }
  if (id !== null) {
    told.push(await stripe.subscriptions.retrieve(id));
    told.push(...(await stripe.invoices.list({ subscription: id, limit: 12, expand: ["data.payments"] })).data);
  }
  return told.map(tell);
}

async function* collect(stripe: Stripe, id: string): AsyncGenerator<ProviderEvent, void> {
  const open = await refusing(() => stripe.invoices.list({ subscription: id, status: "open", limit: 5 }));
  for (const invoice of open.data)
    yield tell(await refusing(() => stripe.invoices.pay(invoice.id, { expand: ["payments"] })));
}

/** What the provider says of a subscription, a bill or a page, under an id that follows from its state. */
function tell(object: Told): ProviderEvent {
  const kind = { subscription: "customer.subscription", invoice: "invoice", "checkout.session": "checkout.session" };
  const created = Math.floor(Date.now() / 1000);
  // Whether it is to end may go to and fro: that word is new whenever it is asked for.
  const state =
    object.object === "subscription" ? `${object.status}_${object.cancel_at_period_end}_${created}` : object.status;
  const id = `reconcile_${object.id}_${state}`;
  const data = { object: object as unknown as ProviderEvent["data"]["object"] };
  return { id, type: `${kind[object.object]}.reconciled`, created, data };
}
