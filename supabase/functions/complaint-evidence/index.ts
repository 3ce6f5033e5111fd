import { serveUser } from "../_shared/serve-user.ts";
import { handleComplaintEvidence } from "./handler.ts";

/** POST by the customer who complains, or staff: takes a picture or PDF of a complaint, and opens it. */
export default serveUser((request, context) =>
  handleComplaintEvidence(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    personId: context.userClaims?.id ?? null,
    now: () => Date.now(),
  }),
);
