import process from "node:process";
import { withSupabase } from "@supabase/server";
import { openProviders } from "../_shared/payments/open-providers.ts";
import { respond } from "../_shared/respond.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleEwalletWebhook } from "./handler.ts";

/** POST by the e-wallet, authenticated by its signature and nothing else; the event goes into the inbox and is applied there. */
export default {
  fetch: respond(
    withSupabase({ auth: "none", cors: "disabled" }, async (request, context) =>
      handleEwalletWebhook(request, {
        asService: context.supabaseAdmin,
        ewallet: openProviders(createStripe(), process.env).ewallet,
      }),
    ),
  ),
};
