import { signDownload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { readId } from "../_shared/read-id.ts";
import { requestId } from "../_shared/request-id.ts";

/** What a link needs from outside. */
export type ProofLinkDeps = { asUser: Database; asService: Database; now: () => number };

const LIFE_SECONDS = 5 * 60;

type Proof = { id: string; status: string; order_number: string; mime_type: string | null };

/**
 * Answers POST { proof_id } with `{ proof_id, file_name, mime_type, path, expires_at }`: `path`, behind the API's own address, opens the
 * file for five minutes without any key. Who may see it decides the database; the secret key only signs.
 */
export async function handleProofLink(request: Request, deps: ProofLinkDeps): Promise<Response> {
  const proof_id = await readId(request, "proof_id");
  const proof = await callVerb<Proof>(deps.asUser, "proof_document", { proof_id }, requestId(request));
  if (!proof.mime_type) {
    throw new Problem("proof_not_submitted", 409, "No file was submitted for this proof.", {
      hint: "The buyer sends it first.",
    });
  }
  const file_name = `${proof.order_number}-${proof_id.slice(0, 8)}.${proof.mime_type.split("/")[1]}`;
  const expires_at = new Date(deps.now() + LIFE_SECONDS * 1000).toISOString();
  const path = await signDownload(deps.asService, "payment-proofs", proof_id, LIFE_SECONDS, file_name);
  const { mime_type } = proof;
  return Response.json(
    { proof_id, file_name, mime_type, path, expires_at },
    { headers: { "cache-control": "no-store" } },
  );
}
