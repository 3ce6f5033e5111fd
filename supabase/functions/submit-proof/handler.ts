import { answerOnce } from "../_shared/answer-once.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { readId } from "../_shared/read-id.ts";
import { requestId } from "../_shared/request-id.ts";
import { dropIncoming, takeUpload } from "../_shared/take-upload.ts";

/** What it needs from outside. */
export type SubmitProofDeps = { asUser: Database; asService: Database; personId: string | null };

/**
 * Answers POST { proof_id } with the proof as staff will see it. Looks into the file that was sent, keeps exactly these bytes under a name
 * that no upload reaches, and puts the proof before staff; a file that is no picture or PDF is removed.
 */
export async function handleSubmitProof(request: Request, deps: SubmitProofDeps): Promise<Response> {
  const proof_id = await readId(request, "proof_id");
  const id = requestId(request);
  const proof = await callVerb<{ id: string; status: string }>(
    deps.asUser,
    "proof_document",
    { proof_id, own: true },
    id,
  );
  if (proof.status !== "uploading") await dropIncoming(deps.asService, "payment-proofs", proof.id);
  const submitted = await answerOnce<unknown>(request, deps, "submit_proof", proof.id, async (once) => {
    if (proof.status !== "uploading") return proof;
    return takeUpload(deps.asService, "payment-proofs", proof.id, (facts) =>
      callVerb(deps.asService, "submit_proof", { proof_id, ...facts, ...once }, id),
    );
  });
  return Response.json(submitted);
}
