import { type SupabaseContext, withSupabase } from "@supabase/server";
import { respond } from "./respond.ts";

const ALLOWED_HEADERS = "authorization, apikey, content-type, idempotency-key, x-client-info, x-request-id";

/** Serves a function that signed-in people call with POST, from browsers too. */
export function serveUser(handle: (request: Request, context: SupabaseContext) => Promise<Response>) {
  return {
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
        handle,
      ),
    ),
  };
}
