import { readObject } from "../_shared/buckets.ts";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";

/** What a picture needs from outside. */
export type MediaDeps = {
  /** The caller's rights: nobody's, or those of the signed-in person. */
  asCaller: Database;
  asService: Database;
};

type MediaFile = { id: string; path: string; mime_type: string; byte_size: number; sha256: string; on_sale: boolean };

/** After this many seconds a browser or CDN asks again whether the product is still on sale. */
const FRESH_SECONDS = 60;

/**
 * Answers GET /media/<id> with the bytes of a picture: to everybody while its product is on sale, to staff always. Who may see it decides
 * the database, at every request; the ETag is the hash of the bytes, so asking again is cheap.
 */
export async function handleMedia(request: Request, deps: MediaDeps): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new Problem("method_not_allowed", 405, "Pictures are read with GET.", { headers: { allow: "GET, HEAD" } });
  }
  const file = await callVerb<MediaFile>(deps.asCaller, "media_file", { media_id: idIn(request) }, requestId(request));
  const etag = `"${file.sha256}"`;
  const headers = new Headers({
    etag,
    "cache-control": file.on_sale ? `public, max-age=${FRESH_SECONDS}` : "private, no-store",
    "content-type": file.mime_type,
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
  });
  if (namedIn(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  headers.set("content-length", String(file.byte_size));
  if (request.method === "HEAD") return new Response(null, { headers });
  const bytes = await readObject(deps.asService, "media", file.path);
  if (!bytes) throw notFound();
  return new Response(bytes.stream(), { headers });
}

function idIn(request: Request): string {
  const [, id] = /\/media\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i.exec(new URL(request.url).pathname) ?? [];
  if (id) return id;
  throw notFound();
}

function namedIn(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? "").split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag || tag.trim() === "*");
}

function notFound(): Problem {
  return new Problem("media_not_found", 404, "There is no such picture.", { hint: "Read the product again." });
}
