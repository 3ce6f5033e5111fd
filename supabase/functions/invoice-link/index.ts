import { serveUser } from "../_shared/serve-user.ts";
import { handleInvoiceLink } from "./handler.ts";

/** POST { invoice_id } as the signed-in buyer or staff: answers with a link to the PDF. */
export default serveUser((request, context) =>
  handleInvoiceLink(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    now: () => Date.now(),
  }),
);
