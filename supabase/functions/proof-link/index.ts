import { serveUser } from "../_shared/serve-user.ts";
import { handleProofLink } from "./handler.ts";

/** POST { proof_id } as the signed-in buyer or staff: answers with a link to the file. */
export default serveUser((request, context) =>
  handleProofLink(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    now: () => Date.now(),
  }),
);
