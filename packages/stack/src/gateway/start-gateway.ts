import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { startAuth } from "./auth/start-auth.ts";
import { createHealthCheck } from "./check-health.ts";
import { createTokenChecker } from "./check-token.ts";
import { createTargetChooser, openUpstreams, type ServedRoute } from "./choose-target.ts";
import { answerPreflight, isPreflight } from "./cross-origin.ts";
import { findRoute } from "./find-route.ts";
import { forward } from "./forward.ts";
import { type Caller, createCallerIdentifier, isRefusal } from "./identify-caller.ts";
import { createRestTokens } from "./mint-rest-tokens.ts";
import type { GatewaySettings } from "./read-settings.ts";
import { answerJson, type Refusal, refuse } from "./refuse.ts";
import { requestIdOf } from "./request-id.ts";
import { createTokenSigner } from "./sign-tokens.ts";
import { hasUnreadableHeader, unreadableHeader } from "./unreadable-header.ts";
import { watchSessions } from "./watch-sessions.ts";

/** A gateway that accepts connections. */
export type RunningGateway = { url: string; stop(): Promise<void> };

/**
 * Starts the gateway and the Auth and Storage service behind it; resolves when both accept requests. What only passes through is served before:
 * whoever buys while a gateway starts again does not wait for Auth.
 */
export async function startGateway(settings: GatewaySettings): Promise<RunningGateway> {
  const signer = createTokenSigner(settings.jwk);
  const identify = createCallerIdentifier(settings, createTokenChecker(signer));
  const sessions = watchSessions(settings.databaseUrl);
  const auth = startAuth(settings, (ended) => sessions.end(ended));
  const upstreams = openUpstreams(settings, auth.pool);
  const restTokenOf = createRestTokens(settings.restSecret, `${settings.url}/auth/v1`);
  const chooseTarget = createTargetChooser(settings, upstreams, restTokenOf);
  const openFunctions = new Set(settings.openFunctions);
  const health = createHealthCheck(sessions, upstreams);
  const jwks = JSON.stringify(signer.jwks);

  const serve = (req: IncomingMessage, res: ServerResponse) => {
    const requestId = requestIdOf(req.headers["x-request-id"]);
    if (isPreflight(req)) return answerPreflight(req, res, requestId);
    const route = findRoute(req.method ?? "GET", req.url ?? "/", openFunctions);
    if (route.to === "refused") return refuse(res, requestId, route.refusal);
    if (route.to === "jwks") return answerJson(res, requestId, 200, jwks, "public, max-age=600");
    if (route.to === "health") {
      return health().then(({ ok, ...pieces }) => {
        const body = JSON.stringify({ status: ok ? "ok" : "degraded", ...pieces });
        answerJson(res, requestId, ok ? 200 : 503, body, "no-store");
      });
    }
    if (route.to === "rest" && hasUnreadableHeader(req)) return refuse(res, requestId, unreadableHeader);
    return judge(req, res, route, requestId);
  };

  const judge = (req: IncomingMessage, res: ServerResponse, route: ServedRoute, requestId: string) => {
    const open = route.to !== "rest" && route.open;
    const no = (refusal: Refusal) => refuse(res, requestId, refusal, { auth: route.to === "auth" });
    const pass = (caller: Caller | null) => forward(req, res, chooseTarget(route, caller, requestId, req));
    const caller = identify(req.headers);
    if (isRefusal(caller)) {
      // An open path judges its callers itself: Stripe signs its events, a signed URL carries its own proof.
      return open && caller.code !== "secret_key_in_browser" ? pass(null) : no(caller);
    }
    const sessionId = caller.claims?.session_id;
    if (sessionId === undefined) return pass(caller);
    const alive = sessions.isAlive(sessionId);
    if (alive === true) return pass(caller);
    const ended = route.to === "auth" ? sessionNotFound : sessionEnded;
    if (alive === false) return no(ended);
    return alive.then(
      (lives) => (lives ? pass(caller) : no(ended)),
      () => no(databaseAway),
    );
  };

  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 120_000 }, serve);
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
  await auth.ready;
  return {
    url: settings.url,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(force);
      await Promise.allSettled([upstreams.rest.destroy(), upstreams.functions.destroy(), auth.stop(), sessions.stop()]);
    },
  };
}

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
