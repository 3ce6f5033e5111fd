import { serveUser } from "../_shared/serve-user.ts";
import { handleUpload } from "./handler.ts";

/** POST by staff: starts and finishes the upload of a picture or of a file that is sold. */
export default serveUser((request, context) =>
  handleUpload(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    personId: context.userClaims?.id ?? null,
  }),
);
