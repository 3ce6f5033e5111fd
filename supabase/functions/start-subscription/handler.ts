import { z } from "zod";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { offered } from "../_shared/payments/offered.ts";
import type { PaymentProvider, Subscriptions } from "../_shared/payments/provider.ts";
import { providerProblem } from "../_shared/provider-problem.ts";
import { readJson } from "../_shared/read-json.ts";
import { requestId } from "../_shared/request-id.ts";
import { savingCustomer } from "../_shared/saving-customer.ts";

/** What it needs from outside. */
export type StartSubscriptionDeps = {
  asUser: Database;
  asService: Database;
  /** Who renews the subscriptions. */
  provider: PaymentProvider;
  storefrontUrl: string;
  now: () => number;
};

type Subscription = { id: string; status: string; currency: string; amount: number; checkout_url: string | null };
type Known = { subscription: Subscription; title: string; period: "month" | "year"; provider_price_id: string | null };

const Body = z.strictObject({ plan_id: z.guid(), currency: z.string().length(3).optional() });

/**
 * Answers POST { plan_id, currency? } with `{ subscription, url }`: the provider's page where the first period is paid. Asked again, it answers
 * the same open page. Nothing is subscribed here: only what the provider tells of the paid period opens courses.
 */
export async function handleStartSubscription(request: Request, deps: StartSubscriptionDeps): Promise<Response> {
  const wish = await readJson(request, Body, '{"plan_id": "<uuid>"}');
  const subscriptions = offered(deps.provider, "subscriptions");
  const id = requestId(request);
  const idempotency_key = request.headers.get("idempotency-key");
  const subscription = await callVerb<Subscription>(
    deps.asUser,
    "start_subscription",
    { ...wish, idempotency_key },
    id,
  );
  await failpoint("subscribe.started", subscription.id);
  if (subscription.checkout_url) return answer(subscription);
  const customerId = await savingCustomer(deps, id);
  const attach = (facts: Record<string, unknown>) =>
    callVerb<Known>(
      deps.asService,
      "attach_subscription",
      { subscription_id: subscription.id, ...facts, idempotency_key },
      id,
    );
  try {
    const known = await attach({});
    // A key that is repeated late: the subscription it began went on or ended without its page.
    if (known.subscription.status !== "incomplete") return answer(known.subscription);
    const price = known.provider_price_id ?? (await makePrice(known, subscriptions, attach));
    await failpoint("subscribe.priced", subscription.id);
    const page = await subscriptions.openPage({
      id: subscription.id,
      price,
      customerId,
      returnTo: `${deps.storefrontUrl.replace(/\/+$/, "")}/subscriptions/${subscription.id}`,
      nowSeconds: Math.floor(deps.now() / 1000),
    });
    await failpoint("subscribe.opened", subscription.id);
    const { id: session_id, url, expires_at } = page;
    const attached = await attach({ session_id, url, expires_at });
    await failpoint("subscribe.attached", subscription.id);
    return answer(attached.subscription);
  } catch (error) {
    throw providerProblem(error);
  }
}

async function makePrice(
  { subscription, title, period }: Known,
  subscriptions: Subscriptions,
  attach: (facts: Record<string, unknown>) => Promise<Known>,
): Promise<string> {
  const { currency, amount } = subscription;
  const price = await subscriptions.makePrice({ currency, amount, period, title });
  // Two may make one at once: the first that was remembered is used from now on.
  return (await attach({ provider_price_id: price })).provider_price_id ?? price;
}

function answer(subscription: Subscription): Response {
  return Response.json({ subscription, url: subscription.checkout_url });
}
