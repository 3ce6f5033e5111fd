import { serveUser } from "../_shared/serve-user.ts";
import { handleDownloadLink } from "./handler.ts";

/** POST { download_id } as the signed-in buyer: counts one use and answers with a link to the file. */
export default serveUser((request, context) =>
  handleDownloadLink(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    now: () => Date.now(),
  }),
);
