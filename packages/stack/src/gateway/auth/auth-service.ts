import { createHmac } from "node:crypto";
import { Hono } from "hono";
import postgres from "postgres";
import type { GatewaySettings } from "../read-settings.ts";
import { requestIdOf } from "../request-id.ts";
import { createTokenSigner } from "../sign-tokens.ts";
import { createStorage } from "../storage/serve-storage.ts";
import { adminRoutes } from "./admin-routes.ts";
import type { AuthDeps } from "./auth-deps.ts";
import { AuthProblem } from "./auth-problem.ts";
import { callerOf } from "./caller.ts";
import { codeRoutes } from "./code-routes.ts";
import { createCodes } from "./codes.ts";
import { createLite } from "./lite.ts";
import { createMailer, mailContext } from "./mailer.ts";
import { createReissue } from "./reissue.ts";
import { createSessions } from "./sessions.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { userRoutes } from "./user-routes.ts";

/** Answers requests until it is stopped. */
export type AuthService = { fetch: Hono["fetch"]; stop(): Promise<void> };

/** Auth under `/auth/v1` and Storage under `/storage/v1`, for the gateway only. `onEnded` is told which sessions ended. */
export async function createAuthService(
  settings: GatewaySettings,
  onEnded: (sessionIds: string[]) => void,
): Promise<AuthService> {
  const issuer = `${settings.url}/auth/v1`;
  const sql = postgres(settings.databaseUrl, { max: 10, idle_timeout: 60, connect_timeout: 5, onnotice: () => {} });
  const secret = createHmac("sha256", String(settings.jwk.d)).update("codes and links").digest("hex");
  const codes = createCodes(sql, secret);
  const mailer = createMailer(settings, codes.signLink);
  const deps: AuthDeps = {
    settings,
    sql,
    mailer,
    codes,
    lite: await createLite(settings, mailer),
    sessions: createSessions(sql, onEnded),
    reissue: createReissue(createTokenSigner(settings.jwk), issuer),
  };

  const auth = new Hono()
    .get("/health", (c) => c.json({ name: "GoTrue", version: "seatline", description: "Auth of the embedded stack" }))
    .get("/settings", (c) => c.json(publicSettings(settings)))
    .get("/.well-known/openid-configuration", (c) => c.json({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` }))
    .route("/", signInRoutes(deps))
    .route("/", codeRoutes(deps))
    .route("/", userRoutes(deps))
    .route("/", adminRoutes(deps))
    .all("*", (c) => {
      throw notThere(c.req.path.slice("/auth/v1".length));
    });

  const service = new Hono();
  service.use("/auth/v1/*", (c, next) =>
    mailContext.run(
      { requestId: requestIdOf(c.req.header("x-request-id")), redirectTo: c.req.query("redirect_to") ?? null },
      next,
    ),
  );
  service.route("/auth/v1", auth);
  const storage = createStorage(deps.lite);
  service.all("/storage/v1/*", (c) => storage(c.req.raw, callerOf(c.req.raw)));
  service.onError((error) => problemOf(error).toResponse());
  return { fetch: service.fetch, stop: () => mailer.finish() };
}

function problemOf(error: unknown): AuthProblem {
  if (error instanceof AuthProblem) return error;
  const code = String((error as { code?: unknown }).code ?? "");
  if (code.startsWith("22"))
    return new AuthProblem(400, "validation_failed", "A value in the request has the wrong form.");
  if (code === "PGRST") return refusalOf(error as { message: string; detail?: string });
  if (code === "23503") return new AuthProblem(409, "conflict", "Other records still depend on this user.");
  if (code.startsWith("23")) return new AuthProblem(409, "conflict", "The change conflicts with what is stored.");
  if (/^(08|57P|CONNECT|ECONN|CONNECTION)/.test(code)) {
    return new AuthProblem(503, "service_unavailable", "The database is not reachable at the moment.", {
      retryAfter: 1,
    });
  }
  console.error("Auth: unexpected error", error);
  return new AuthProblem(500, "unexpected_failure", "Auth could not finish this request.");
}

/** What a trigger of ours refused, such as `last_admin`: the message and the detail are the JSON that PostgREST would make an answer of. */
function refusalOf({ message, detail = "{}" }: { message: string; detail?: string }): AuthProblem {
  const said = JSON.parse(message) as { code: string; message: string };
  return new AuthProblem((JSON.parse(detail) as { status?: number }).status ?? 409, said.code, said.message);
}

const unsupported = ["authorize", "callback", "sso", "saml", "factors", "oauth", "web3", "passkeys"];

function notThere(path: string): AuthProblem {
  const [, first = "", second = ""] = path.split("/");
  if (unsupported.includes(first) || (first === "admin" && second !== "users") || (first === "user" && second !== "")) {
    return new AuthProblem(
      501,
      "not_supported",
      "This part of Supabase Auth is not in the embedded stack. Run `npx supabase start` (needs Docker).",
    );
  }
  return new AuthProblem(404, "not_found", "Auth serves nothing under this path and method.");
}

const publicSettings = (settings: GatewaySettings) => ({
  external: { email: true, phone: false, anonymous_users: false },
  disable_signup: false,
  mailer_autoconfirm: !settings.requireConfirmation,
  phone_autoconfirm: false,
  sms_provider: "",
  saml_enabled: false,
});
