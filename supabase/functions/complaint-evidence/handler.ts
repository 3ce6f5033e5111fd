import { z } from "zod";
import { answerOnce } from "../_shared/answer-once.ts";
import { signDownload, signUpload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";
import { dropIncoming, takeUpload } from "../_shared/take-upload.ts";

/** What it needs from outside. */
export type ComplaintEvidenceDeps = {
  asUser: Database;
  asService: Database;
  personId: string | null;
  now: () => number;
};

const BUCKET = "complaint-evidence";
const LIFE_SECONDS = 5 * 60;

const Body = z.discriminatedUnion("step", [
  z.strictObject({ step: z.literal("start"), complaint_id: z.guid() }),
  z.strictObject({ step: z.literal("finish"), evidence_id: z.guid() }),
  z.strictObject({ step: z.literal("link"), evidence_id: z.guid() }),
]);

type Evidence = { id: string; complaint_number: string; mime_type: string | null; submitted_at: string | null };

/**
 * Takes a picture or PDF of a complaint, and opens it. POST { step: "start", complaint_id } answers `{ evidence_id, path }`; PUT the bytes to
 * `path`, behind the API's own address, which takes them once (null: they are there); POST { step: "finish", evidence_id } looks into them and
 * answers the evidence. POST { step: "link", evidence_id } answers `{ evidence_id, file_name, mime_type, path, expires_at }`: `path` opens the
 * file for five minutes without any key. Who may is up to the database; the secret key only signs.
 */
export async function handleComplaintEvidence(request: Request, deps: ComplaintEvidenceDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "Evidence is sent and opened with POST.", {
      headers: { allow: "POST" },
    });
  }
  const body = await readBody(request);
  const id = requestId(request);
  const answer =
    body.step === "start"
      ? await start(body.complaint_id, request.headers.get("idempotency-key"), deps, id)
      : body.step === "finish"
        ? await finish(request, body.evidence_id, deps, id)
        : await link(body.evidence_id, deps, id);
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

async function start(complaint_id: string, idempotency_key: string | null, deps: ComplaintEvidenceDeps, id: string) {
  const made = await callVerb<{ id: string }>(deps.asUser, "start_evidence", { complaint_id, idempotency_key }, id);
  return { evidence_id: made.id, path: await signUpload(deps.asService, BUCKET, `incoming/${made.id}`) };
}

async function finish(request: Request, evidence_id: string, deps: ComplaintEvidenceDeps, id: string) {
  const evidence = await callVerb<Evidence>(deps.asUser, "evidence_document", { evidence_id, own: true }, id);
  if (evidence.submitted_at) await dropIncoming(deps.asService, BUCKET, evidence.id);
  return answerOnce<unknown>(request, deps, "submit_evidence", evidence.id, async (once) => {
    if (evidence.submitted_at) return evidence;
    return takeUpload(deps.asService, BUCKET, evidence.id, (facts) =>
      callVerb(deps.asService, "submit_evidence", { evidence_id, ...facts, ...once }, id),
    );
  });
}

async function link(evidence_id: string, deps: ComplaintEvidenceDeps, id: string) {
  const { complaint_number, mime_type } = await callVerb<Evidence>(
    deps.asUser,
    "evidence_document",
    { evidence_id },
    id,
  );
  if (!mime_type) {
    throw new Problem("evidence_not_found", 404, "There is no such evidence.", {
      hint: "Its bytes were not checked yet: finish it first.",
    });
  }
  const file_name = `${complaint_number}-${evidence_id.slice(0, 8)}.${mime_type.split("/")[1]}`;
  const expires_at = new Date(deps.now() + LIFE_SECONDS * 1000).toISOString();
  const path = await signDownload(deps.asService, BUCKET, evidence_id, LIFE_SECONDS, file_name);
  return { evidence_id, file_name, mime_type, path, expires_at };
}

async function readBody(request: Request): Promise<z.infer<typeof Body>> {
  const body = Body.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, "The body must be JSON that starts, finishes or opens a file.", {
    hint: 'Send {"step": "start", "complaint_id"}, {"step": "finish", "evidence_id"} or {"step": "link", "evidence_id"}.',
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
