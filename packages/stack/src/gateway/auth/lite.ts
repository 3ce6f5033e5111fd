import { createHmac, timingSafeEqual } from "node:crypto";
import { App, type Connection, setExperimental } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { GatewaySettings } from "../read-settings.ts";
import type { Claims } from "../sign-tokens.ts";
import { createFileStore } from "../storage/file-store.ts";
import { AuthProblem } from "./auth-problem.ts";
import type { Mailer } from "./mailer.ts";

/** `@supabase/lite`, reduced to what is used of it: its Auth flows and its Storage. */
export type Lite = {
  /** Calls an Auth path (`/token?grant_type=password`). Gives the body of a success; a refusal is thrown as AuthProblem. */
  auth(method: string, path: string, options?: { body?: unknown; caller?: Claims }): Promise<Record<string, unknown>>;
  /** Passes a Storage request on, as the given caller. */
  storage(request: Request, caller: Claims): Promise<Response>;
  /** Whether the token of a signed URL was made here and has not ended. Storage itself breaks on one that is not so. */
  signed(token: string): boolean;
};

/** Seconds a code or a link in a mail can be used. */
export const codeLifetime = 300;
/** Seconds an access token lives. */
export const tokenLifetime = 3600;

/**
 * Starts lite on the database. Its schema is made by the bootstrap; nothing here changes structure or grants. Its Data API and its
 * system pages are not reachable: only the two calls above exist.
 */
export async function createLite(settings: GatewaySettings, mailer: Mailer): Promise<Lite> {
  const secret = createHmac("sha256", String(settings.jwk.d)).update("tokens toward @supabase/lite").digest("hex");
  const connection = createPostgresConnection({
    url: settings.databaseUrl,
    postgresOptions: {
      max: 10,
      idle_timeout: 60,
      onnotice: () => {},
      types: { json: asJson(114), jsonb: asJson(3802) },
    },
  });
  // It would grant ALL to anon on the first Storage request. True means: row-level security is on, the grants are in place.
  (connection as unknown as { ensureRlsContext(): Promise<boolean> }).ensureRlsContext = async () => true;
  setExperimental("storage", true);
  const app = new App({
    // The two packages declare the same class twice, once per entry point.
    connection: connection as unknown as Connection,
    auth: {
      enabled: true,
      jwt_secret: secret,
      jwt_expiry: tokenLifetime,
      enable_refresh_token_rotation: true,
      minimum_password_length: settings.minimumPasswordLength,
      site_url: settings.siteUrl,
      additional_redirect_urls: settings.redirectUrls,
      email: {
        enable_signup: true,
        enable_confirmations: settings.requireConfirmation,
        double_confirm_changes: false,
        otp_expiry: codeLifetime,
      },
    },
    storage: { enabled: true, file_size_limit: "50MiB" },
    options: { server: { disableStudio: true, apiKeys: false, admin: false } },
  } as unknown as ConstructorParameters<typeof App>[0]);
  app._mailer = mailer;
  app._storageAdapter = createFileStore(settings.storageFolder);
  await app.init();

  const signatureOf = (content: string): Buffer => createHmac("sha256", secret).update(content).digest();
  const tokenFor = (claims: Claims): string => {
    const now = Math.floor(Date.now() / 1000);
    const { role, sub, session_id, email } = claims;
    const content = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ role, sub, session_id, email, aud: "authenticated", iat: now, exp: now + 60 })}`;
    return `${content}.${signatureOf(content).toString("base64url")}`;
  };

  return {
    async auth(method, path, { body, caller } = {}) {
      const headers: Record<string, string> = { "content-type": "application/json" };
      if (caller) headers.authorization = `Bearer ${tokenFor(caller)}`;
      const request = new Request(`http://lite.localhost/auth/v1${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      const response = await app.fetch(request);
      const text = await response.text();
      const answer = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
      if (response.ok) return answer;
      const { error_code: code, msg, code: _status, ...more } = answer;
      if (typeof code !== "string")
        throw new AuthProblem(500, "unexpected_failure", "Auth could not finish this request.");
      throw new AuthProblem(response.status, code, String(msg), { more });
    },
    async storage(request, caller) {
      const headers = new Headers(request.headers);
      headers.delete("x-seatline-caller");
      headers.set("authorization", `Bearer ${tokenFor(caller)}`);
      const url = new URL(request.url);
      const init: RequestInit & { duplex: "half" } = {
        method: request.method,
        headers,
        body: request.body,
        duplex: "half",
      };
      return app.fetch(new Request(`http://lite.localhost${url.pathname}${url.search}`, init));
    },
    signed(token) {
      const end = token.lastIndexOf(".");
      const [given, due] = [
        Buffer.from(token.slice(end + 1), "base64url"),
        signatureOf(token.slice(0, Math.max(end, 0))),
      ];
      if (given.length !== due.length || !timingSafeEqual(given, due)) return false;
      const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { exp?: number };
      return exp !== undefined && exp > Date.now() / 1000;
    },
  };
}

// lite hands JSON over as text already; serialised again it would be stored as a JSON string, and triggers would read nothing in it.
const asJson = (oid: number) => ({
  to: oid,
  from: [oid],
  serialize: (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)),
  parse: (text: string) => JSON.parse(text),
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
