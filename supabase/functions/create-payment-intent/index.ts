import process from "node:process";
import { openProviders } from "../_shared/payments/open-providers.ts";
import { serveUser } from "../_shared/serve-user.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleCreatePaymentIntent } from "./handler.ts";

/** POST { order_id } as the signed-in buyer: answers with an intent for a page with the provider's fields. */
export default serveUser((request, context) =>
  handleCreatePaymentIntent(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    provider: openProviders(createStripe(), process.env).stripe,
  }),
);
