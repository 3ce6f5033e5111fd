import Stripe from "stripe";
import { z } from "zod";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { providerProblem } from "../_shared/provider-problem.ts";
import { readJson } from "../_shared/read-json.ts";
import { requestId } from "../_shared/request-id.ts";
import { savingCustomer } from "../_shared/saving-customer.ts";

/** What it needs from outside. */
export type StartSubscriptionDeps = {
  asUser: Database;
  asService: Database;
  stripe: Stripe;
  storefrontUrl: string;
  now: () => number;
};

type Subscription = { id: string; currency: string; amount: number; checkout_url: string | null };
type Known = { subscription: Subscription; title: string; period: "month" | "year"; provider_price_id: string | null };

const Body = z.strictObject({ plan_id: z.guid(), currency: z.string().length(3).optional() });
const HOUR = 60 * 60;

/**
 * Answers POST { plan_id, currency? } with `{ subscription, url }`: the provider's page where the first period is paid. Asked again, it answers
 * the same open page. Nothing is subscribed here: only what the provider tells of the paid period opens courses.
 */
export async function handleStartSubscription(request: Request, deps: StartSubscriptionDeps): Promise<Response> {
  const wish = await readJson(request, Body, '{"plan_id": "<uuid>"}');
  const id = requestId(request);
  const subscription = await callVerb<Subscription>(deps.asUser, "start_subscription", wish, id);
  if (subscription.checkout_url) return answer(subscription);
  const customer = await savingCustomer(deps, id);
  const attach = (facts: Record<string, unknown>) =>
    callVerb<Known>(deps.asService, "attach_subscription", { subscription_id: subscription.id, ...facts }, id);
  try {
    const known = await attach({});
    const price = known.provider_price_id ?? (await makePrice(known, deps.stripe, attach));
    const session = await openPage(subscription, price, customer, deps);
    const expires_at = new Date(session.expires_at * 1000).toISOString();
    return answer((await attach({ session_id: session.id, url: session.url, expires_at })).subscription);
  } catch (error) {
    throw providerProblem(error);
  }
}

async function makePrice(
  { subscription, title, period }: Known,
  stripe: Stripe,
  attach: (facts: Record<string, unknown>) => Promise<Known>,
): Promise<string> {
  const price = await stripe.prices.create({
    currency: subscription.currency.toLowerCase(),
    unit_amount: subscription.amount,
    recurring: { interval: period },
    product_data: { name: title },
  });
  // Two may make one at once: the first that was remembered is used from now on.
  return (await attach({ provider_price_id: price.id })).provider_price_id ?? price.id;
}

// The key is the subscription: a repeated or concurrent request gets the same page, which is why its parameters follow from it alone.
async function openPage(
  { id }: Subscription,
  price: string,
  customer: string,
  { stripe, storefrontUrl, now }: StartSubscriptionDeps,
): Promise<Stripe.Checkout.Session> {
  const returnTo = `${storefrontUrl.replace(/\/+$/, "")}/subscriptions/${id}`;
  const hour = Math.ceil(now() / 1000 / HOUR) * HOUR;
  try {
    return await stripe.checkout.sessions.create(
      {
        mode: "subscription",
        customer,
        client_reference_id: id,
        line_items: [{ price, quantity: 1 }],
        metadata: { subscription_id: id },
        subscription_data: { metadata: { subscription_id: id } },
        expires_at: hour + HOUR,
        success_url: `${returnTo}?checkout=success`,
        cancel_url: `${returnTo}?checkout=cancelled`,
      },
      { idempotencyKey: `subscription_${id}_${hour}_${price}` },
    );
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeIdempotencyError)) throw error;
    throw new Problem("provider_unavailable", 503, "This subscription is being opened by another request.", {
      hint: "Ask again in a moment.",
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
}

function answer(subscription: Subscription): Response {
  return Response.json({ subscription, url: subscription.checkout_url });
}
