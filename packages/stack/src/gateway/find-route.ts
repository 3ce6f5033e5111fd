import type { Refusal } from "./refuse.ts";

/** A path of the gateway, by what serves it. */
export type Route =
  | { to: "rest"; path: string }
  | { to: "auth"; path: string; open: boolean }
  | { to: "storage"; path: string; open: boolean }
  | { to: "functions"; path: string; open: boolean; function: string }
  | { to: "jwks" }
  | { to: "health" }
  | { to: "refused"; refusal: Refusal };

/** Finds what serves a request target such as `/rest/v1/products?select=*`. The path is judged as sent, never decoded and then used. */
export function findRoute(method: string, url: string, openFunctions: ReadonlySet<string>): Route {
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  if (path.charCodeAt(0) !== 47 || unsafe.test(path)) return refused(badPath);
  if (path.startsWith("/rest/v1/")) return { to: "rest", path: url.slice(8) };
  if (path === "/rest/v1") return { to: "rest", path: `/${url.slice(8)}` };
  if (path === "/auth/v1/.well-known/jwks.json") return { to: "jwks" };
  if (path.startsWith("/auth/v1/")) return { to: "auth", path: url, open: openAuth.has(path) && method === "GET" };
  if (path.startsWith("/storage/v1/")) return { to: "storage", path: url, open: openStorage(method, path) };
  if (path.startsWith("/functions/v1/")) {
    const name = path.slice(14).split("/", 1)[0] ?? "";
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) return refused(noFunction);
    return { to: "functions", path: url, open: openFunctions.has(name), function: name };
  }
  if (path === "/health") return { to: "health" };
  return refused(notServed(path));
}

// Dot segments, backslashes, control characters and their encoded forms: nothing behind the gateway needs them.
const unsafe = /(?:^|[/\\])(?:\.|%2e){1,2}(?:$|[/\\])|\\|%5c|%00|%2f(?:\.|%2e){1,2}(?:$|\/|%2f)|[^\x21-\x7e]|^\/\//i;

const openAuth = new Set([
  "/auth/v1/verify",
  "/auth/v1/health",
  "/auth/v1/settings",
  "/auth/v1/.well-known/openid-configuration",
]);

function openStorage(method: string, path: string): boolean {
  if (method === "GET" || method === "HEAD") {
    return (
      path.startsWith("/storage/v1/object/public/") ||
      path.startsWith("/storage/v1/object/sign/") ||
      path === "/storage/v1/status"
    );
  }
  return method === "PUT" && path.startsWith("/storage/v1/object/upload/sign/");
}

const refused = (refusal: Refusal): Route => ({ to: "refused", refusal });

const badPath: Refusal = {
  status: 400,
  code: "bad_path",
  message: "The path contains characters or segments that are not allowed.",
  hint: "Send a plain path such as /rest/v1/products, percent-encoded where needed.",
};
const noFunction: Refusal = {
  status: 404,
  code: "not_found",
  message: "There is no function with this name.",
  hint: "Functions are the folders in supabase/functions; call them at /functions/v1/<name>.",
};
const unsupported: Record<string, string> = {
  realtime: "Realtime is not part of the embedded stack. Poll, or run `npx supabase start` (needs Docker).",
  graphql: "GraphQL is not part of the embedded stack. Use REST at /rest/v1.",
  pg: "The database's management API is not part of the embedded stack. Connect to Postgres; `npm run status` prints the URL.",
  analytics: "Analytics is not part of the embedded stack. Logs are shown by `npm run logs`.",
  sso: "Single sign-on is not part of the embedded stack.",
  mcp: "MCP is not part of the embedded stack.",
};

function notServed(path: string): Refusal {
  const sentence = unsupported[path.split("/")[1] ?? ""];
  if (sentence) return { status: 501, code: "not_supported", message: sentence };
  return {
    status: 404,
    code: "not_found",
    message: "Nothing is served under this path.",
    hint: "The paths are /rest/v1, /auth/v1, /storage/v1, /functions/v1 and /health.",
  };
}
