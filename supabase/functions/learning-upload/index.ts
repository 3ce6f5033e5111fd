import { serveUser } from "../_shared/serve-user.ts";
import { handleLearningUpload } from "./handler.ts";

/** POST by learners and those who teach: starts and finishes the upload of a file. */
export default serveUser((request, context) =>
  handleLearningUpload(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    personId: context.userClaims?.id ?? null,
  }),
);
