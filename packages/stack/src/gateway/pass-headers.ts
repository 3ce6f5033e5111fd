import type { IncomingMessage } from "node:http";
import { exposedHeaders } from "./cross-origin.ts";
import type { Target } from "./target.ts";

/** The headers of a request as they go on, as name, value, name, value: those of the gateway, then what is left of the client's. */
export function requestHeaders(req: IncomingMessage, target: Target, hasBody: boolean): string[] {
  const out = target.headers;
  const raw = req.rawHeaders;
  const named = req.headers.connection;
  const perHop = named && named !== "keep-alive" && named !== "close" ? namesIn(named) : null;
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (notForwarded.has(name) || target.without.has(name) || perHop?.has(name)) continue;
    if (name.startsWith("x-forwarded-") || name.startsWith("x-seatline-")) continue;
    if (name === "content-length" && !hasBody) continue;
    out.push(name, raw[i + 1] as string);
  }
  return out;
}

const notForwarded = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "host",
  "forwarded",
  "via",
  "x-real-ip",
  "x-request-id",
]);

function namesIn(connection: string): Set<string> {
  return new Set(
    connection
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
}

/**
 * The headers of an answer as they go to the client, with those of the gateway. Nobody may keep a refusal, nor an answer that does not say how
 * long it may be kept.
 */
export function responseHeaders(
  headers: Record<string, string | string[] | undefined>,
  requestId: string,
  status: number,
): string[] {
  const out = [
    "access-control-allow-origin",
    "*",
    "access-control-expose-headers",
    exposedHeaders,
    "x-request-id",
    requestId,
  ];
  const refused = status >= 400;
  if (refused || headers["cache-control"] === undefined) out.push("cache-control", "private, no-store");
  for (const name in headers) {
    if (notReturned.has(name) || (refused && name === "cache-control")) continue;
    const value = headers[name];
    if (typeof value === "string") out.push(name, value);
    else if (value) for (const each of value) out.push(name, each);
  }
  return out;
}

const notReturned = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "server",
  "date",
  "x-request-id",
  "x-powered-by",
  "access-control-allow-origin",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-allow-credentials",
  "access-control-expose-headers",
  "access-control-max-age",
]);
