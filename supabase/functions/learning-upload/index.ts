import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { handleLearningUpload } from "./handler.ts";

const ALLOWED_HEADERS = "authorization, apikey, content-type, idempotency-key, x-client-info, x-request-id";

/** POST by learners and those who teach: starts and finishes the upload of a file. */
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
        handleLearningUpload(request, {
          asUser: context.supabase,
          asService: context.supabaseAdmin,
        }),
    ),
  ),
};
