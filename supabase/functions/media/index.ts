import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { handleMedia } from "./handler.ts";

/** GET /media/<id>, open to everybody: pictures of what is on sale; with the token of staff also of what is not. */
export default {
  fetch: respond(
    withSupabase(
      {
        auth: ["user", "none"],
        cors: {
          headers: {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "authorization, apikey, if-none-match, x-client-info, x-request-id",
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Expose-Headers": "etag, x-request-id",
          },
        },
      },
      (request, context) => handleMedia(request, { asCaller: context.supabase, asService: context.supabaseAdmin }),
    ),
  ),
};
