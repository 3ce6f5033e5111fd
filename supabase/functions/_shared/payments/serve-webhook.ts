import process from "node:process";
import { createAdminClient } from "@supabase/server/core";
import { respond } from "../respond.ts";
import { createStripe } from "../stripe.ts";
import { handleWebhook, type WebhookDeps } from "./handle-webhook.ts";
import { openProviders, type PaymentProviders } from "./open-providers.ts";
import type { PaymentProvider } from "./provider.ts";
import { type KeepAlive, WebhookInbox } from "./webhook-inbox.ts";

/** What Supabase's runtime offers for work behind the answer; elsewhere it is missing and nothing ends an instance early. */
const { EdgeRuntime } = globalThis as { EdgeRuntime?: { waitUntil: KeepAlive } };

/**
 * Serves a provider's webhook, authenticated by its signature and nothing else. Client and inbox are one for all deliveries, since deliveries of one
 * moment are taken together. `choose` may refuse, when the shop has no such provider.
 */
export function serveWebhook(choose: (providers: PaymentProviders) => PaymentProvider) {
  let deps: WebhookDeps | undefined;
  const open = (): WebhookDeps => {
    const provider = choose(openProviders(createStripe(), process.env));
    const inbox = new WebhookInbox(createAdminClient(), provider.name, (work) => EdgeRuntime?.waitUntil(work));
    return { provider, inbox };
  };
  return {
    fetch: respond(async (request) => {
      deps ??= open();
      return await handleWebhook(request, deps);
    }),
  };
}
