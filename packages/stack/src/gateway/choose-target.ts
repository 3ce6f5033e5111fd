import type { IncomingMessage } from "node:http";
import { Pool } from "undici";
import type { Route } from "./find-route.ts";
import type { Caller } from "./identify-caller.ts";
import type { RestTokens } from "./mint-rest-tokens.ts";
import type { GatewaySettings } from "./read-settings.ts";
import type { Target } from "./target.ts";

/** A route that another process or thread serves. */
export type ServedRoute = Extract<Route, { path: string }>;

/** The connections to everything behind the gateway. */
export type Upstreams = { rest: Pool; functions: Pool; auth: Pool };

/** Says where a request goes on to, and what the other side is told about its caller. */
export type TargetChooser = (
  route: ServedRoute,
  caller: Caller | null,
  requestId: string,
  req: IncomingMessage,
) => Target;

const megabyte = 1024 * 1024;
const bodyLimits = { rest: 5 * megabyte, auth: megabyte, storage: 50 * megabyte, functions: 10 * megabyte };
const names = { rest: "The data API", auth: "Auth", storage: "Storage", functions: "The function" };

/** Opens connections to PostgREST and the functions; those to Auth are given. */
export function openUpstreams(settings: GatewaySettings, auth: Pool): Upstreams {
  const timeouts = { bodyTimeout: 60_000, keepAliveTimeout: 10_000 };
  return {
    auth,
    rest: new Pool(settings.postgrestUrl, { connections: 64, headersTimeout: 60_000, ...timeouts }),
    functions: new Pool(settings.functionsUrl, { connections: 128, headersTimeout: 150_000, ...timeouts }),
  };
}

/** Makes the chooser. */
export function createTargetChooser(
  settings: GatewaySettings,
  upstreams: Upstreams,
  restTokenOf: RestTokens,
): TargetChooser {
  const host = new URL(settings.url).host;
  const proto = new URL(settings.url).protocol.slice(0, -1);
  return (route, caller, requestId, req) => {
    const headers = ["x-request-id", requestId, "x-forwarded-for", req.socket.remoteAddress ?? ""];
    const target = { path: route.path, headers, bodyLimit: bodyLimits[route.to], name: names[route.to], requestId };
    if (route.to === "rest") {
      headers.push("authorization", `Bearer ${restTokenOf(caller)}`);
      return { ...target, pool: upstreams.rest, without: notForRest };
    }
    if (route.to === "functions") {
      // A function checks key and token itself, with @supabase/server. It gets exactly the ones that were judged here, each once.
      const { apikey, authorization } = req.headers;
      if (typeof apikey === "string") headers.push("apikey", apikey);
      if (authorization !== undefined) headers.push("authorization", authorization);
      headers.push("host", host, "x-forwarded-host", host, "x-forwarded-proto", proto);
      return { ...target, pool: upstreams.functions, without: keys };
    }
    headers.push("x-seatline-caller", vouchedFor(caller));
    return { ...target, pool: upstreams.auth, without: keys };
  };
}

const keys: ReadonlySet<string> = new Set(["apikey", "authorization"]);

// PostgREST hands every header to the database with every call; what only browsers and proxies talk about is left out.
const notForRest: ReadonlySet<string> = new Set([
  ...[
    "apikey",
    "authorization",
    "cookie",
    "origin",
    "referer",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "pragma",
    "if-none-match",
    "if-modified-since",
  ],
  ...[
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-dest",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-gpc",
    "dnt",
    "priority",
  ],
]);

/** What Auth and Storage are told about the caller; only the gateway can reach them. */
function vouchedFor(caller: Caller | null): string {
  const claims = caller?.claims ?? { role: caller?.role ?? "anon" };
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}
