import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Pool } from "undici";
import { type StartedAuth, startAuth } from "./auth/start-auth.ts";
import { createTokenChecker } from "./check-token.ts";
import { answerPreflight, isPreflight } from "./cross-origin.ts";
import { findRoute, type Route } from "./find-route.ts";
import { forward } from "./forward.ts";
import { type Caller, createCallerIdentifier, isRefusal } from "./identify-caller.ts";
import { createRoleTokens } from "./mint-role-tokens.ts";
import type { GatewaySettings } from "./read-settings.ts";
import { type Refusal, refuse } from "./refuse.ts";
import { requestIdOf } from "./request-id.ts";
import { createTokenSigner } from "./sign-tokens.ts";
import { watchSessions } from "./watch-sessions.ts";

/** A gateway that accepts connections. */
export type RunningGateway = { url: string; stop(): Promise<void> };

const megabyte = 1024 * 1024;
const bodyLimits = { rest: 5 * megabyte, auth: megabyte, storage: 50 * megabyte, functions: 10 * megabyte };

/** Starts the gateway and the Auth and Storage service behind it; resolves when both accept requests. */
export async function startGateway(settings: GatewaySettings): Promise<RunningGateway> {
  const signer = createTokenSigner(settings.jwk);
  const identify = createCallerIdentifier(settings, createTokenChecker(signer));
  const tokenOf = createRoleTokens(signer, `${settings.url}/auth/v1`);
  const sessions = watchSessions(settings.databaseUrl);
  const openFunctions = new Set(settings.openFunctions);
  const timeouts = { headersTimeout: 60_000, bodyTimeout: 60_000, keepAliveTimeout: 10_000 };
  const rest = new Pool(settings.postgrestUrl, { connections: 64, ...timeouts });
  const functions = new Pool(settings.functionsUrl, { connections: 128, ...timeouts, headersTimeout: 150_000 });
  const auth: StartedAuth = await startAuth(settings, (ended) => sessions.end(ended));
  const jwks = JSON.stringify(signer.jwks);

  const serve = (req: IncomingMessage, res: ServerResponse) => {
    const requestId = requestIdOf(req.headers["x-request-id"]);
    if (isPreflight(req)) return answerPreflight(req, res, requestId);
    const route = findRoute(req.method ?? "GET", req.url ?? "/", openFunctions);
    if (route.to === "refused") return refuse(res, requestId, route.refusal);
    if (route.to === "jwks") return answerJson(res, requestId, 200, jwks, "public, max-age=600");
    if (route.to === "health") return answerHealth(res, requestId);
    const open = "open" in route && route.open;
    if (open && req.headers.apikey === undefined && req.headers.authorization === undefined) {
      return pass(req, res, route, requestId, null);
    }
    const caller = identify(req.headers);
    if (isRefusal(caller)) {
      // An open path judges its callers itself: Stripe signs its events, a signed URL carries its own proof.
      if (open && caller.code !== "secret_key_in_browser") return pass(req, res, route, requestId, null);
      return refuse(res, requestId, caller);
    }
    const sessionId = caller.claims?.session_id;
    if (sessionId === undefined) return pass(req, res, route, requestId, caller);
    const alive = sessions.isAlive(sessionId);
    if (alive === true) return pass(req, res, route, requestId, caller);
    const ended = route.to === "auth" ? sessionNotFound : sessionEnded;
    if (alive === false) return refuse(res, requestId, ended);
    alive.then(
      (lives) => (lives ? pass(req, res, route, requestId, caller) : refuse(res, requestId, ended)),
      () => refuse(res, requestId, databaseAway),
    );
  };

  const pass = (req: IncomingMessage, res: ServerResponse, route: Route, requestId: string, caller: Caller | null) => {
    const from = req.socket.remoteAddress ?? "";
    const headers = ["x-request-id", requestId, "x-forwarded-for", from];
    switch (route.to) {
      case "rest": {
        headers.push("authorization", `Bearer ${caller?.token ?? tokenOf(caller?.role ?? "anon")}`);
        const without = withoutKeys;
        return forward(req, res, {
          pool: rest,
          path: route.path,
          headers,
          without,
          bodyLimit: bodyLimits.rest,
          name: "The data API",
          requestId,
        });
      }
      case "functions": {
        headers.push(
          "host",
          hostOf(settings.url),
          "x-forwarded-host",
          hostOf(settings.url),
          "x-forwarded-proto",
          "http",
        );
        const path = route.path;
        return forward(req, res, {
          pool: functions,
          path,
          headers,
          without: nothing,
          bodyLimit: bodyLimits.functions,
          name: "The function",
          requestId,
        });
      }
      case "auth":
      case "storage": {
        headers.push("x-seatline-caller", callerHeader(caller));
        const name = route.to === "auth" ? "Auth" : "Storage";
        const bodyLimit = bodyLimits[route.to];
        return forward(req, res, {
          pool: auth.pool,
          path: route.path,
          headers,
          without: withoutKeys,
          bodyLimit,
          name,
          requestId,
        });
      }
    }
  };

  const answerHealth = async (res: ServerResponse, requestId: string): Promise<void> => {
    const answers = (pool: Pool, path: string) =>
      pool.request({ method: "OPTIONS", path, headersTimeout: 2_000 }).then(
        async ({ statusCode, body }) => {
          await body.dump();
          return statusCode < 500;
        },
        () => false,
      );
    const [database, restUp, authUp] = await Promise.all([
      sessions.ping(),
      answers(rest, "/"),
      answers(auth.pool, "/auth/v1/health"),
    ]);
    const ok = database && restUp && authUp;
    const body = JSON.stringify({ status: ok ? "ok" : "degraded", database, rest: restUp, auth: authUp });
    answerJson(res, requestId, ok ? 200 : 503, body, "no-store");
  };

  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 120_000, noDelay: true },
    serve,
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
    const body = JSON.stringify({
      code: "bad_request",
      message: "This is not a complete HTTP request.",
      details: null,
      hint: null,
    });
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, "127.0.0.1", () => resolve());
  });
  return {
    url: settings.url,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(force);
      await Promise.allSettled([rest.destroy(), functions.destroy(), auth.stop(), sessions.stop()]);
    },
  };
}

function answerJson(res: ServerResponse, requestId: string, status: number, body: string, cache: string): void {
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": cache,
    "access-control-allow-origin": "*",
    "x-request-id": requestId,
  });
  res.end(body);
}

/** What Auth and Storage are told about the caller; only the gateway can reach them. */
function callerHeader(caller: Caller | null): string {
  const claims = caller?.claims ?? { role: caller?.role ?? "anon" };
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}

const hostOf = (url: string): string => new URL(url).host;
const withoutKeys: ReadonlySet<string> = new Set(["apikey", "authorization"]);
const nothing: ReadonlySet<string> = new Set();

const sessionEnded: Refusal = {
  status: 401,
  code: "session_ended",
  message: "The session of this access token has ended.",
  hint: "Sign in again.",
};
// Under /auth the same fact has the name supabase-js knows: it then forgets the session it holds.
const sessionNotFound: Refusal = { ...sessionEnded, status: 403, code: "session_not_found" };
const databaseAway: Refusal = {
  status: 503,
  code: "service_unavailable",
  message: "The database is not reachable at the moment.",
  hint: "Try again after the seconds in Retry-After; `npm run status` shows which piece is down.",
  retryAfter: 1,
};
