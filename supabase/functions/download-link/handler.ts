import { z } from "zod";
import { signDownload } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";

/** What a download link needs from outside. */
export type DownloadLinkDeps = {
  asUser: Database;
  asService: Database;
  now: () => number;
};

const Body = z.strictObject({ download_id: z.guid() });

type Use = {
  download_id: string;
  file_name: string;
  byte_size: number;
  path: string;
  used_count: number;
  max_downloads: number;
  link_expires_at: string;
};

/**
 * Answers POST { download_id } with `{ download_id, file_name, byte_size, used_count, max_downloads, path, expires_at }`: `path`, behind the
 * API's own address, gives the file without any key until `expires_at`. The database counts the use first; the secret key only signs.
 */
export async function handleDownloadLink(request: Request, deps: DownloadLinkDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "A link is asked for with POST.", { headers: { allow: "POST" } });
  }
  const { download_id } = await readBody(request);
  const idempotency_key = request.headers.get("idempotency-key");
  const use = await callVerb<Use>(deps.asUser, "use_download", { download_id, idempotency_key }, requestId(request));
  await failpoint("download.counted", download_id);
  const { path: name, link_expires_at, ...answer } = use;
  // The same key is the same use: its link is signed again only for what is left of its time.
  const seconds = Math.floor((Date.parse(link_expires_at) - deps.now()) / 1000);
  if (seconds < 1) {
    throw new Problem("download_link_ended", 409, "The link of this use has ended.", {
      hint: "Ask for another link with a new idempotency key; it counts as another download.",
    });
  }
  const path = await signDownload(deps.asService, "downloads", name, seconds, use.file_name);
  await failpoint("download.signed", download_id);
  const body = { ...answer, path, expires_at: link_expires_at };
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}

async function readBody(request: Request): Promise<z.infer<typeof Body>> {
  const body = Body.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, 'The body must be JSON of the form {"download_id": "<uuid>"}.', {
    hint: "Send a `download_id` of my_downloads.",
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
