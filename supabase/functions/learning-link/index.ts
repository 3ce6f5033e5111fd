import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { handleLearningLink } from "./handler.ts";

const ALLOWED_HEADERS = "authorization, apikey, content-type, idempotency-key, x-client-info, x-request-id";

/** POST { file_id } or { certificate_id } as somebody who may read it: answers with a link to the file. */
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
        handleLearningLink(request, {
          asUser: context.supabase,
          asService: context.supabaseAdmin,
          now: () => Date.now(),
        }),
    ),
  ),
};
