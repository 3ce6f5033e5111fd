import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { handleCalendarFeed } from "./handler.ts";

/** GET ?token=…, open to whoever has the address: the sessions of one learner as iCalendar. */
export default {
  fetch: respond(
    withSupabase(
      {
        auth: "none",
        cors: {
          headers: {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "x-request-id",
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Expose-Headers": "x-request-id",
          },
        },
      },
      (request, context) => handleCalendarFeed(request, { asService: context.supabaseAdmin }),
    ),
  ),
};
