import process from "node:process";
import { openProviders } from "../_shared/payments/open-providers.ts";
import { serveUser } from "../_shared/serve-user.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleSetupPaymentMethod } from "./handler.ts";

/** POST {} as a signed-in person: answers with a setup intent for a page with the provider's fields. */
export default serveUser((request, context) =>
  handleSetupPaymentMethod(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    provider: openProviders(createStripe(), process.env).stripe,
  }),
);
