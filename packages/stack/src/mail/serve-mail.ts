import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { htmlInFrame, listPage, messagePage, pagePolicy } from "./mail-page.ts";
import type { MailStore } from "./mail-store.ts";
import type { Running } from "./receive-mail.ts";
import { searchMail } from "./search-mail.ts";

/**
 * Serves the mails on 127.0.0.1: pages at `/` and `/message/<id>`, and Mailpit's JSON at `/api/v1/messages`, `/api/v1/search?query=`,
 * `/api/v1/message/<id>` and DELETE `/api/v1/messages`.
 */
export async function serveMail(port: number, store: MailStore): Promise<Running> {
  const server = createServer((req, res) => {
    answer(req, res, store).catch((error) => {
      console.error("The mail page failed:", error);
      sendJson(res, 500, { Error: "The mail could not be shown. See the log." });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(req: IncomingMessage, res: ServerResponse, store: MailStore): Promise<void> {
  // A page elsewhere could point its own name at this machine and read the codes; such a name is refused.
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(req.headers.host ?? "")) {
    return sendJson(res, 403, { Error: "Open the mail page as http://127.0.0.1 or http://localhost." });
  }
  const url = new URL(req.url ?? "/", "http://localhost");
  const path = url.pathname;
  const query = url.searchParams.get("query") ?? "";
  if (path === "/api/v1/messages" && req.method === "DELETE") {
    const ids = idsIn(await bodyOf(req));
    if (!ids) return sendJson(res, 400, { Error: 'The body must be {"IDs": ["…"]}, or empty to delete all.' });
    await store.remove(ids.length > 0 ? ids : undefined);
    return sendJson(res, 200, { ok: true });
  }
  if (req.method !== "GET" && req.method !== "HEAD")
    return sendJson(res, 405, { Error: "Only GET, and DELETE /api/v1/messages." });
  if (path === "/") return sendHtml(res, listPage(searchMail(store.list(), query), query, store.list()), pagePolicy);
  if (path === "/api/v1/messages" || path === "/api/v1/search") return sendJson(res, 200, listing(url, store, query));

  const [, id = "", part = ""] = /^\/(?:api\/v1\/)?message\/([0-9a-z]+)(\/html)?$/.exec(path) ?? [];
  const message = id ? await store.read(id) : null;
  if (!message) return sendJson(res, 404, { Error: "There is no such mail or page." });
  if (path.startsWith("/api/")) return sendJson(res, 200, message);
  if (part) return sendHtml(res, htmlInFrame(message), framePolicy);
  return sendHtml(res, messagePage(message), pagePolicy);
}

function listing(url: URL, store: MailStore, query: string): unknown {
  const found = searchMail(store.list(), query);
  const start = Math.max(0, Number(url.searchParams.get("start")) || 0);
  const limit = Math.min(1000, Math.max(1, Number(url.searchParams.get("limit")) || 50));
  const messages = found.slice(start, start + limit);
  return { total: store.list().length, messages_count: found.length, count: messages.length, start, messages };
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of req) {
    body += chunk;
    if (body.length > 100_000) return "too long";
  }
  return body;
}

function idsIn(body: string): string[] | null {
  if (body.trim() === "") return [];
  try {
    const ids: unknown = JSON.parse(body).IDs ?? [];
    return Array.isArray(ids) && ids.every((id) => typeof id === "string") ? ids : null;
  } catch {
    return null;
  }
}

// A mail comes from anyone: in its frame nothing runs and nothing is loaded from elsewhere.
const framePolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function sendHtml(res: ServerResponse, html: string, policy: string): void {
  send(res, 200, "text/html; charset=utf-8", html, { "content-security-policy": policy });
}

function sendJson(res: ServerResponse, status: number, value: unknown): void {
  send(res, status, "application/json; charset=utf-8", JSON.stringify(value), {});
}

function send(res: ServerResponse, status: number, type: string, body: string, headers: Record<string, string>): void {
  res.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...headers,
  });
  res.end(body);
}
