import { BUCKETS, keepObject, readObject } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { readFacts } from "../_shared/read-facts.ts";
import { readId } from "../_shared/read-id.ts";
import { requestId } from "../_shared/request-id.ts";

const BUCKET = "payment-proofs";

/** What it needs from outside. */
export type SubmitProofDeps = { asUser: Database; asService: Database };

/**
 * Answers POST { proof_id } with the proof as staff will see it. Looks into the file that was sent, keeps exactly these bytes under a name
 * that no upload reaches, and puts the proof before staff; a file that is no picture or PDF is removed.
 */
export async function handleSubmitProof(request: Request, deps: SubmitProofDeps): Promise<Response> {
  const proof_id = await readId(request, "proof_id");
  const id = requestId(request);
  const proof = await callVerb<{ status: string }>(deps.asUser, "proof_document", { proof_id, own: true }, id);
  if (proof.status !== "uploading") return Response.json(proof);

  const incoming = `incoming/${proof_id}`;
  const blob = await readObject(deps.asService, BUCKET, incoming);
  if (!blob) {
    throw new Problem("upload_not_arrived", 409, "The bytes of this proof have not arrived.", {
      hint: "PUT them to the path that upload-proof gave, then submit again.",
    });
  }
  const remove = () => deps.asService.storage.from(BUCKET).remove([incoming]);
  const { bytes, facts } = await check(blob).catch(async (problem) => {
    await remove();
    throw problem;
  });
  await keepObject(deps.asService, BUCKET, proof_id, bytes, facts.mime_type);
  const submitted = await callVerb(deps.asService, "submit_proof", { proof_id, ...facts }, id);
  await remove();
  return Response.json(submitted);
}

async function check(blob: Blob) {
  const { fileSizeLimit, allowedMimeTypes } = BUCKETS[BUCKET];
  const found = await readFacts(blob, fileSizeLimit);
  if (allowedMimeTypes?.includes(found.facts.mime_type)) return found;
  throw new Problem("media_type_not_allowed", 422, "By its content this is neither a picture nor a PDF.", {
    hint: `Send one of ${allowedMimeTypes?.join(", ")}.`,
    details: found.facts.mime_type,
  });
}
