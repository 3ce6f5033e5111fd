import process from "node:process";
import { withSupabase } from "@supabase/server";
import { openProviders } from "../_shared/payments/open-providers.ts";
import { respond } from "../_shared/respond.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleStripeWebhook } from "./handler.ts";

/** POST by Stripe, authenticated by its signature and nothing else; the event goes into the inbox and is applied there. */
export default {
  fetch: respond(
    withSupabase({ auth: "none", cors: "disabled" }, (request, context) =>
      handleStripeWebhook(request, {
        asService: context.supabaseAdmin,
        stripe: openProviders(createStripe(), process.env).stripe,
      }),
    ),
  ),
};
