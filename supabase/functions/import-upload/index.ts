import { serveUser } from "../_shared/serve-user.ts";
import { handleImportUpload } from "./handler.ts";

/** POST by staff: starts and finishes the upload of a CSV file to import. */
export default serveUser((request, context) =>
  handleImportUpload(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    personId: context.userClaims?.id ?? null,
  }),
);
