import { z } from "zod";
import { answerOnce, type Once } from "../_shared/answer-once.ts";
import { readObject, signUpload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";

/** What an import needs from outside. */
export type ImportUploadDeps = { asUser: Database; asService: Database; personId: string | null };

const Body = z.discriminatedUnion("step", [
  z.strictObject({
    step: z.literal("start"),
    kind: z.string(),
    file_name: z.string(),
    dry_run: z.boolean().optional(),
  }),
  z.strictObject({ step: z.literal("finish"), import_id: z.guid() }),
]);

type Import = { id: string; path: string; status: string };

/**
 * Takes a CSV file of staff in three steps. POST { step: "start", kind, file_name, dry_run? } answers `{ import_id, path }`; PUT the bytes to `path`,
 * behind the API's own address (null: they are there already); POST { step: "finish", import_id } hands it to the worker and answers the import.
 */
export async function handleImportUpload(request: Request, deps: ImportUploadDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "An import is started and finished with POST.", {
      headers: { allow: "POST" },
    });
  }
  const body = await readBody(request);
  const answer = body.step === "start" ? await start(request, body, deps) : await finish(request, body.import_id, deps);
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

async function start(request: Request, body: Extract<z.infer<typeof Body>, { step: "start" }>, deps: ImportUploadDeps) {
  const { step: _, ...wish } = body;
  const idempotency_key = request.headers.get("idempotency-key");
  const made = await callVerb<Import>(deps.asUser, "start_import", { ...wish, idempotency_key }, requestId(request));
  return { import_id: made.id, path: await signUpload(deps.asService, "imports", made.path) };
}

async function finish(request: Request, import_id: string, deps: ImportUploadDeps): Promise<unknown> {
  const id = requestId(request);
  const found = await callVerb<Import>(deps.asUser, "find_import", { import_id }, id);
  return answerOnce(request, deps, "queue_import", found.id, (once) => queue(found, once, deps, id));
}

async function queue(found: Import, once: Once, deps: ImportUploadDeps, id: string): Promise<unknown> {
  if (found.status !== "uploading") return found;
  const bytes = await readObject(deps.asService, "imports", found.path);
  if (!bytes) {
    throw new Problem("upload_not_arrived", 409, "The bytes of this upload have not arrived.", {
      hint: "PUT them to the path that the start gave, then finish again.",
    });
  }
  const file = { import_id: found.id, byte_size: bytes.size, ...once };
  return await callVerb(deps.asService, "queue_import", file, id);
}

async function readBody(request: Request): Promise<z.infer<typeof Body>> {
  const body = Body.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, "The body must be JSON that starts or finishes an import.", {
    hint: 'Send {"step": "start", "kind": "products", "file_name": "products.csv", "dry_run": true}, then {"step": "finish", "import_id": "<uuid>"}.',
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
