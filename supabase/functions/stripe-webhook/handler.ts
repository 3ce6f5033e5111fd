import type { Database } from "../_shared/call-verb.ts";
import { handleWebhook } from "../_shared/payments/handle-webhook.ts";
import type { PaymentProvider } from "../_shared/payments/provider.ts";

/** What the webhook needs from outside. */
export type WebhookDeps = { asService: Database; stripe: PaymentProvider };

/** One delivery of Stripe: see {@link handleWebhook}. */
export function handleStripeWebhook(request: Request, { asService, stripe }: WebhookDeps): Promise<Response> {
  return handleWebhook(request, { asService, provider: stripe });
}
