import process from "node:process";
import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { openCarriers } from "../_shared/shipping/open-carriers.ts";
import { handleCarrierWebhook } from "./handler.ts";

/** POST by a carrier, authenticated by its signature and nothing else: what happened to a parcel. */
export default {
  fetch: respond(
    withSupabase({ auth: "none", cors: "disabled" }, (request, context) =>
      handleCarrierWebhook(request, { asService: context.supabaseAdmin, carriers: openCarriers(process.env) }),
    ),
  ),
};
