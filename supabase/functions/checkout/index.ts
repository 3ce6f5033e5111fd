import process from "node:process";
import { openProviders } from "../_shared/payments/open-providers.ts";
import { serveUser } from "../_shared/serve-user.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleCheckout } from "./handler.ts";

/** POST { order_id } as the signed-in buyer: answers with the page where the order is paid. */
export default serveUser((request, context) =>
  handleCheckout(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    providers: openProviders(createStripe(), process.env),
    storefrontUrl: process.env.STOREFRONT_URL ?? "http://localhost:3000",
    now: () => Date.now(),
  }),
);
