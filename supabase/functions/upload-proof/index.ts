import { serveUser } from "../_shared/serve-user.ts";
import { handleUploadProof } from "./handler.ts";

/** POST { payment_id } as the signed-in buyer: answers with the place to send the file to. */
export default serveUser((request, context) =>
  handleUploadProof(request, { asUser: context.supabase, asService: context.supabaseAdmin }),
);
