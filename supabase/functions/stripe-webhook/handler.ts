import type Stripe from "stripe";
import type { Database } from "../_shared/call-verb.ts";
import { handleWebhook } from "../_shared/payments/handle-webhook.ts";
import { stripeProvider } from "../_shared/payments/stripe-provider.ts";

/** What the webhook needs from outside; several `secrets` are accepted while one is being rotated. */
export type WebhookDeps = { asService: Database; stripe: Stripe; secrets: string[] };

/** One delivery of Stripe: see {@link handleWebhook}. */
export function handleStripeWebhook(request: Request, { asService, stripe, secrets }: WebhookDeps): Promise<Response> {
  return handleWebhook(request, { asService, provider: stripeProvider(stripe, secrets) });
}
