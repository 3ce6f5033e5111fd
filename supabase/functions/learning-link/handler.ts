import { z } from "zod";
import { signDownload } from "../_shared/buckets.ts";
import type { Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";

/** What a link needs from outside. */
export type LearningLinkDeps = {
  asUser: Database;
  asService: Database;
  now: () => number;
};

const LIFE_SECONDS = 5 * 60;

const Body = z.union([z.strictObject({ file_id: z.guid() }), z.strictObject({ certificate_id: z.guid() })]);

type Found = { bucket: "learning" | "certificates"; path: string; file_name: string };

/**
 * Answers POST { file_id } or { certificate_id } with `{ file_name, path, expires_at }`: `path`, behind the API's own address, opens the file
 * for five minutes without any key. Row-level security decides who may; the secret key only signs.
 */
export async function handleLearningLink(request: Request, deps: LearningLinkDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "A link is asked for with POST.", { headers: { allow: "POST" } });
  }
  const body = await readBody(request);
  const found =
    "file_id" in body
      ? await findFile(deps.asUser, body.file_id)
      : await findCertificate(deps.asUser, body.certificate_id);
  const path = await signDownload(deps.asService, found.bucket, found.path, LIFE_SECONDS, found.file_name);
  const expires_at = new Date(deps.now() + LIFE_SECONDS * 1000).toISOString();
  return Response.json({ file_name: found.file_name, path, expires_at }, { headers: { "cache-control": "no-store" } });
}

async function findFile(database: Database, id: string): Promise<Found> {
  const query = database.from("learning_files").select("path,file_name").eq("id", id).not("arrived_at", "is", null);
  const row = await oneRow<{ path: string; file_name: string }>(query);
  if (row) return { bucket: "learning", ...row };
  throw new Problem("file_not_found", 404, "There is no such file.", {
    hint: "Check the id, and that its lesson is open to you.",
  });
}

async function findCertificate(database: Database, id: string): Promise<Found> {
  const query = database.from("certificates").select("number,pdf_path").eq("id", id);
  const row = await oneRow<{ number: string; pdf_path: string | null }>(query);
  if (!row) {
    throw new Problem("certificate_not_found", 404, "There is no such certificate.", {
      hint: "Check the id, and that you are signed in as its learner.",
    });
  }
  if (!row.pdf_path) {
    throw new Problem("certificate_not_ready", 409, `The PDF of ${row.number} is still being made.`, {
      hint: "Ask again in a few seconds.",
    });
  }
  return { bucket: "certificates", path: row.pdf_path, file_name: `${row.number}.pdf` };
}

async function oneRow<Row>(query: PromiseLike<{ data: unknown; error: unknown }>): Promise<Row | undefined> {
  const { data, error } = await query;
  if (!error) return (data as Row[])[0];
  throw new Problem("database_unavailable", 503, "The database could not be reached just now.", {
    hint: "Nothing was lost. Try again in a few seconds.",
    headers: { "retry-after": "2" },
    cause: error,
  });
}

async function readBody(request: Request): Promise<z.infer<typeof Body>> {
  const body = Body.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem(
    "invalid_body",
    400,
    'The body must be JSON of the form {"file_id": "<uuid>"} or {"certificate_id": "<uuid>"}.',
    {
      hint: "Send one id.",
      details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
    },
  );
}
