import process from "node:process";
import { withSupabase } from "@supabase/server";
import { respond } from "../_shared/respond.ts";
import { handleProcessUpdate, readReporters } from "./handler.ts";

/** POST by a system outside, authenticated by its signature and nothing else: says how the work it took stands. */
export default {
  fetch: respond(
    withSupabase({ auth: "none", cors: "disabled" }, (request, context) =>
      handleProcessUpdate(request, {
        asService: context.supabaseAdmin,
        reporters: readReporters(process.env.PROCESS_REPORTERS ?? ""),
        now: () => Date.now(),
      }),
    ),
  ),
};
