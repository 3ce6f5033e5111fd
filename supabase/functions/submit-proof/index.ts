import { serveUser } from "../_shared/serve-user.ts";
import { handleSubmitProof } from "./handler.ts";

/** POST { proof_id } as the signed-in buyer, after the file was sent: checks it and puts it before staff. */
export default serveUser((request, context) =>
  handleSubmitProof(request, {
    asUser: context.supabase,
    asService: context.supabaseAdmin,
    personId: context.userClaims?.id ?? null,
  }),
);
