import { z } from "zod";
import { answerOnce, type Once } from "../_shared/answer-once.ts";
import { type BucketName, readObject, signUpload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";
import { readContent } from "./read-content.ts";

/** What an upload needs from outside. */
export type UploadDeps = { asUser: Database; asService: Database; personId: string | null };

const Kind = z.enum(["image", "file"]);
const Body = z.discriminatedUnion("step", [
  z.strictObject({
    step: z.literal("start"),
    kind: Kind,
    product_id: z.guid(),
    variant_id: z.guid().nullish(),
    file_name: z.string().nullish(),
  }),
  z.strictObject({ step: z.literal("finish"), kind: Kind, id: z.guid() }),
]);

type Names = Once & { kind: "image" | "file"; upload_id: string };
type Upload = { kind: "image" | "file"; id: string; bucket: BucketName; path: string };

/**
 * Takes a picture or a file that is sold in three steps. POST { step: "start", kind, product_id, variant_id?, file_name? } answers
 * `{ kind, id, path }`; PUT the bytes to `path`, behind the API's own address, which takes them once (null: they are there); POST { step: "finish", kind, id } looks
 * at what arrived and answers the row. What the uploader said of the bytes counts for nothing.
 */
export async function handleUpload(request: Request, deps: UploadDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "An upload is started and finished with POST.", {
      headers: { allow: "POST" },
    });
  }
  const body = await readBody(request);
  const answer = body.step === "start" ? await start(request, body, deps) : await finish(request, body, deps);
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

async function start(request: Request, body: Extract<z.infer<typeof Body>, { step: "start" }>, deps: UploadDeps) {
  const { step: _, ...wish } = body;
  const idempotency_key = request.headers.get("idempotency-key");
  const upload = await callVerb<Upload>(deps.asUser, "start_upload", { ...wish, idempotency_key }, requestId(request));
  return { kind: upload.kind, id: upload.id, path: await signUpload(deps.asService, upload.bucket, upload.path) };
}

async function finish(request: Request, body: { kind: "image" | "file"; id: string }, deps: UploadDeps) {
  const names = { kind: body.kind, upload_id: body.id };
  const id = requestId(request);
  const upload = await callVerb<Upload>(deps.asUser, "find_upload", names, id);
  return answerOnce(request, deps, "finish_upload", [upload.kind, upload.id], (once) =>
    lookAt(upload, { ...names, ...once }, deps, id),
  );
}

async function lookAt(upload: Upload, names: Names, deps: UploadDeps, id: string) {
  const bytes = await readObject(deps.asService, upload.bucket, upload.path);
  if (!bytes) {
    throw new Problem("upload_not_arrived", 409, "The bytes of this upload have not arrived.", {
      hint: "PUT them to the path that the start gave, then finish again.",
    });
  }
  try {
    return await callVerb(
      deps.asService,
      "finish_upload",
      { ...names, facts: await readContent(upload.kind, bytes) },
      id,
    );
  } catch (error) {
    // Bytes that are refused are not kept; the row's trigger tells the worker to remove the object.
    if (error instanceof Problem && (error.status === 422 || error.status === 413)) {
      await callVerb(deps.asService, "discard_upload", { kind: upload.kind, upload_id: upload.id }, id);
    }
    throw error;
  }
}

async function readBody(request: Request): Promise<z.infer<typeof Body>> {
  const body = Body.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, "The body must be JSON that starts or finishes an upload.", {
    hint: 'Send {"step": "start", "kind": "image", "product_id": "<uuid>"}, then {"step": "finish", "kind": "image", "id": "<id of the start>"}.',
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
