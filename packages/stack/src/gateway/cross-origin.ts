import type { IncomingMessage, ServerResponse } from "node:http";

/** Response headers a browser may read. */
export const exposedHeaders =
  "content-range, content-location, content-length, content-type, content-profile, range-unit, location, preference-applied, etag, link, x-total-count, x-request-id, retry-after, x-relay-error";

const requestHeaders =
  "authorization, apikey, content-type, x-client-info, x-request-id, x-supabase-api-version, x-upsert, x-metadata, x-region, idempotency-key, prefer, range, range-unit, accept-profile, content-profile, if-match, if-none-match, cache-control";

/** Whether a request only asks what it may do from another origin. */
export function isPreflight(req: IncomingMessage): boolean {
  return req.method === "OPTIONS" && req.headers["access-control-request-method"] !== undefined;
}

/**
 * Answers a preflight. Every origin may call: a request is judged by its key and token, never by a cookie, so no credentials are
 * allowed along.
 */
export function answerPreflight(req: IncomingMessage, res: ServerResponse, requestId: string): void {
  const asked = req.headers["access-control-request-headers"];
  const allowed = asked && /^[\w\-, ]{1,2000}$/.test(asked) ? asked : requestHeaders;
  res.writeHead(204, {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": allowed,
    "access-control-max-age": "86400",
    vary: "access-control-request-headers",
    "x-request-id": requestId,
  });
  res.end();
}
