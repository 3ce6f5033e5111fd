import process from "node:process";
import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { createStripe } from "../_shared/stripe.ts";
import { handleCheckout } from "./handler.ts";

const ALLOWED_HEADERS = "authorization, apikey, content-type, idempotency-key, x-client-info, x-request-id";

/** POST { order_id } as the signed-in buyer: answers with the page where the order is paid. */
export default {
  fetch: respond(
    withSupabase(
      {
        auth: "user",
        cors: {
          headers: {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Allow-Methods": "POST, OPTIONS",
            "Access-Control-Expose-Headers": "x-request-id",
          },
        },
      },
      (request, context) =>
        handleCheckout(request, {
          asUser: context.supabase,
          asService: context.supabaseAdmin,
          stripe: createStripe(),
          storefrontUrl: process.env.STOREFRONT_URL ?? "http://localhost:3000",
          now: () => Date.now(),
        }),
    ),
  ),
};
