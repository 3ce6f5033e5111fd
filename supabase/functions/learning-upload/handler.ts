import { fileTypeFromBuffer } from "file-type";
import { z } from "zod";
import { answerOnce, type Once } from "../_shared/answer-once.ts";
import { readObject, signUpload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";

/** What an upload needs from outside. */
export type LearningUploadDeps = { asUser: Database; asService: Database; personId: string | null };

const Body = z.discriminatedUnion("step", [
  z.strictObject({
    step: z.literal("start"),
    lesson_id: z.guid(),
    file_name: z.string(),
    content_type: z.string(),
    bytes: z.int(),
  }),
  z.strictObject({ step: z.literal("finish"), file_id: z.guid() }),
]);

/**
 * Takes a file of a lesson, or one that a learner will hand in, in three steps. POST { step: "start", lesson_id, file_name, content_type, bytes }
 * answers `{ file_id, path }`; PUT the bytes to `path`, behind the API's own address (null: they are there already); POST { step: "finish", file_id } looks at what arrived
 * and answers `{ id, file_name, content_type, bytes }`. What was said of the bytes before counts for nothing then.
 */
export async function handleLearningUpload(request: Request, deps: LearningUploadDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "An upload is started and finished with POST.", {
      headers: { allow: "POST" },
    });
  }
  const body = await readBody(request);
  const answer = body.step === "start" ? await start(request, body, deps) : await finish(request, body.file_id, deps);
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

async function start(
  request: Request,
  body: Extract<z.infer<typeof Body>, { step: "start" }>,
  deps: LearningUploadDeps,
): Promise<{ file_id: string; path: string | null }> {
  const { step: _, ...wish } = body;
  const idempotency_key = request.headers.get("idempotency-key");
  const made = await callVerb<{ file_id: string; path: string }>(
    deps.asUser,
    "prepare_upload",
    { ...wish, idempotency_key },
    requestId(request),
  );
  return { file_id: made.file_id, path: await signUpload(deps.asService, "learning", made.path) };
}

async function finish(request: Request, file_id: string, deps: LearningUploadDeps): Promise<unknown> {
  const { data, error } = await deps.asUser.from("learning_files").select("path").eq("id", file_id);
  if (error) {
    throw new Problem("database_unavailable", 503, "The database could not be reached just now.", {
      hint: "Nothing was lost. Try again in a few seconds.",
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
  const row = (data as { path: string }[])[0];
  if (!row) {
    throw new Problem("file_not_found", 404, "There is no such file.", { hint: "Start the upload again." });
  }
  return answerOnce(request, deps, "receive_learning_file", file_id.toLowerCase(), (once) =>
    lookAt(row.path, { file_id, ...once }, deps, requestId(request)),
  );
}

async function lookAt(path: string, file: Once & { file_id: string }, deps: LearningUploadDeps, id: string) {
  const blob = await readObject(deps.asService, "learning", path);
  if (!blob) {
    throw new Problem("upload_not_arrived", 409, "The bytes of this upload have not arrived.", {
      hint: "PUT them to the path that the start gave, then finish again.",
    });
  }
  const content_type = (await fileTypeFromBuffer(new Uint8Array(await blob.arrayBuffer())))?.mime ?? null;
  return await callVerb(deps.asService, "receive_learning_file", { ...file, content_type, bytes: blob.size }, id);
}

async function readBody(request: Request): Promise<z.infer<typeof Body>> {
  const body = Body.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, "The body must be JSON that starts or finishes an upload.", {
    hint: 'Send {"step": "start", "lesson_id", "file_name", "content_type", "bytes"}, then {"step": "finish", "file_id"}.',
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
