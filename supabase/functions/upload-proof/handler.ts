import { signUpload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { readId } from "../_shared/read-id.ts";
import { requestId } from "../_shared/request-id.ts";

/** What it needs from outside. */
export type UploadProofDeps = { asUser: Database; asService: Database };

/**
 * Answers POST { payment_id } with `{ proof_id, path }`. PUT the bytes to `path`, behind the API's own address, which takes them once;
 * the file counts once submit-proof has looked into it.
 */
export async function handleUploadProof(request: Request, deps: UploadProofDeps): Promise<Response> {
  const payment_id = await readId(request, "payment_id");
  const idempotency_key = request.headers.get("idempotency-key");
  const proof = await callVerb<{ id: string }>(
    deps.asUser,
    "start_proof",
    { payment_id, idempotency_key },
    requestId(request),
  );
  await failpoint("proof.started", payment_id);
  const path = await signUpload(deps.asService, "payment-proofs", `incoming/${proof.id}`);
  await failpoint("proof.signed", payment_id);
  return Response.json({ proof_id: proof.id, path }, { headers: { "cache-control": "no-store" } });
}
