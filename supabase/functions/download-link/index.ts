import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { handleDownloadLink } from "./handler.ts";

const ALLOWED_HEADERS = "authorization, apikey, content-type, idempotency-key, x-client-info, x-request-id";

/** POST { download_id } as the signed-in buyer: counts one use and answers with a link to the file. */
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
        handleDownloadLink(request, {
          asUser: context.supabase,
          asService: context.supabaseAdmin,
          now: () => Date.now(),
        }),
    ),
  ),
};
