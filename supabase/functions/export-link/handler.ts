import { signDownload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { readId } from "../_shared/read-id.ts";
import { requestId } from "../_shared/request-id.ts";

/** What a link needs from outside. */
export type ExportLinkDeps = { asUser: Database; asService: Database; now: () => number };

const LIFE_SECONDS = 5 * 60;

type Export = { id: string; kind: string; status: string; path: string };

/**
 * Answers POST { export_id } with `{ export_id, file_name, path, expires_at }`: `path`, behind the API's own address, opens the CSV file for five
 * minutes without any key. Who may read it decides the database; the secret key only signs.
 */
export async function handleExportLink(request: Request, deps: ExportLinkDeps): Promise<Response> {
  const export_id = await readId(request, "export_id");
  const found = await callVerb<Export>(deps.asUser, "export_file", { export_id }, requestId(request));
  if (found.status !== "done") {
    throw new Problem("export_not_ready", 409, "This file is still being made.", {
      hint: "Ask again in a few seconds.",
    });
  }
  const file_name = `${found.kind}.csv`;
  const expires_at = new Date(deps.now() + LIFE_SECONDS * 1000).toISOString();
  const path = await signDownload(deps.asService, "imports", found.path, LIFE_SECONDS, file_name);
  return Response.json({ export_id, file_name, path, expires_at }, { headers: { "cache-control": "no-store" } });
}
