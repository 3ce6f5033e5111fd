import process from "node:process";
import { openProviders } from "../_shared/payments/open-providers.ts";
import { serveUser } from "../_shared/serve-user.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleStartSubscription } from "./handler.ts";

/** POST { plan_id, currency? } as a signed-in person: answers with the page where a subscription begins. */
export default serveUser((request, context) =>
  handleStartSubscription(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    provider: openProviders(createStripe(), process.env).stripe,
    storefrontUrl: process.env.STOREFRONT_URL ?? "http://localhost:3000",
    now: () => Date.now(),
  }),
);
