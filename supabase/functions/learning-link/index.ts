import { serveUser } from "../_shared/serve-user.ts";
import { handleLearningLink } from "./handler.ts";

/** POST { file_id } or { certificate_id } as somebody who may read it: answers with a link to the file. */
export default serveUser((request, context) =>
  handleLearningLink(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    now: () => Date.now(),
  }),
);
