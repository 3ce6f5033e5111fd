import { serveUser } from "../_shared/serve-user.ts";
import { handleExportLink } from "./handler.ts";

/** POST { export_id } as the staff who asked for it: answers with a link to the CSV file. */
export default serveUser((request, context) =>
  handleExportLink(request, { asUser: context.supabase, asService: context.supabaseAdmin, now: () => Date.now() }),
);
