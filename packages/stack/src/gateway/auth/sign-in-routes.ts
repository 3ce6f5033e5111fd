import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { createAttempts } from "./attempts.ts";
import type { AuthDeps } from "./auth-deps.ts";
import { AuthProblem, invalid, tooMany, wrongCredentials } from "./auth-problem.ts";
import { addressOf, requireUser } from "./caller.ts";
import { type Body, newPasswordIn, objectIn, readBody, requiredEmail, stringIn } from "./read-body.ts";
import { createRefresh } from "./refresh-session.ts";
import { sessionIdOf } from "./reissue.ts";
import { findByEmail, passwordFits } from "./users.ts";

/** Sign-up, sign-in by password, refresh and sign-out. */
export function signInRoutes(deps: AuthDeps): Hono {
  const { lite, sql, sessions, reissue, settings } = deps;
  const guesses = createAttempts(30, 300);
  const refresh = createRefresh(deps);

  const signIn = async (request: Request, body: Body): Promise<Record<string, unknown>> => {
    const email = requiredEmail(body);
    const password = stringIn(body, "password");
    if (!password) throw wrongCredentials();
    const key = `${email} ${addressOf(request)}`;
    const wait = guesses.take(key);
    if (wait > 0) throw tooMany(wait, "Too many sign-ins for this account. Wait before the next one.");
    const session = await lite
      .auth("POST", "/token?grant_type=password", { body: { email, password } })
      .catch(async (problem) => {
        if (problem instanceof AuthProblem && problem.status < 500) throw await sameForAll(problem, email, password);
        throw problem;
      });
    await refuseBanned(session);
    guesses.giveBack(key);
    return reissue(session, "password");
  };

  // Whether an address has an account, or an unconfirmed one, shows neither in the answer nor in the time it takes.
  const sameForAll = async (problem: AuthProblem, email: string, password: string): Promise<AuthProblem> => {
    if (problem.code === "email_not_confirmed")
      return (await passwordFits(sql, email, password)) ? problem : wrongCredentials();
    if (!(await findByEmail(sql, email))) await passwordFits(sql, email, password);
    return wrongCredentials();
  };

  const refuseBanned = async (session: Record<string, unknown>): Promise<void> => {
    const sessionId = sessionIdOf(session);
    if (!sessionId) return;
    const [row] = await sql`
      select from auth.users join auth.sessions on sessions.user_id = users.id
      where sessions.id = ${sessionId} and (users.banned_until > now() or users.deleted_at is not null)
    `;
    if (!row) return;
    await sessions.endOne(sessionId);
    throw new AuthProblem(400, "user_banned", "User is banned");
  };

  const signUp = async (body: Body): Promise<Record<string, unknown>> => {
    const email = requiredEmail(body);
    const password = newPasswordIn(body, settings.minimumPasswordLength);
    if (!password) throw invalid("Signup requires a valid password");
    const data = objectIn(body, "data") ?? {};
    if (settings.requireConfirmation) deps.codes.takeMail(email);
    const found = await findByEmail(sql, email);
    if (found && settings.requireConfirmation)
      return signUpAgain(email, password, data, found.email_confirmed_at ? null : found.id);
    const made = await lite.auth("POST", "/signup", { body: { email, password, data } }).catch(async (problem) => {
      // Two sign-ups of one address at once: the second meets the unique index.
      if (problem.status >= 500 && (await findByEmail(sql, email))) {
        throw new AuthProblem(422, "user_already_exists", "User already registered");
      }
      throw problem;
    });
    return reissue(made, "password");
  };

  // Answered like a first sign-up, with an id that belongs to nobody; the owner of the address learns of it by mail, if at all.
  const signUpAgain = async (
    email: string,
    password: string,
    data: Body,
    unconfirmedId: string | null,
  ): Promise<Body> => {
    await passwordFits(sql, "", password);
    if (unconfirmedId) {
      const { code, hash } = await deps.codes.issue(unconfirmedId, email, "confirmation");
      await deps.mailer.sendConfirmation(email, hash, code);
    }
    const [id, now] = [randomUUID(), new Date().toISOString()];
    const own = { email, email_verified: false, phone_verified: false, sub: id };
    return {
      ...{ id, aud: "authenticated", role: "authenticated", email, phone: "" },
      ...{ app_metadata: { provider: "email", providers: ["email"] }, user_metadata: { ...data, ...own } },
      ...{ identities: [], created_at: now, updated_at: now, is_anonymous: false, confirmation_sent_at: now },
    };
  };

  return new Hono()
    .post("/signup", async (c) => c.json(await signUp(await readBody(c.req.raw))))
    .post("/token", async (c) => {
      const body = await readBody(c.req.raw);
      const grant = c.req.query("grant_type");
      if (grant === "password") return c.json(await signIn(c.req.raw, body));
      if (grant === "refresh_token") return c.json(await refresh(stringIn(body, "refresh_token")));
      if (grant === "pkce" || grant === "id_token" || grant === "web3") {
        throw new AuthProblem(
          501,
          "not_supported",
          `Sign-in by ${grant} is not in the embedded stack. Use a password or a code by mail.`,
        );
      }
      throw new AuthProblem(400, "validation_failed", "grant_type must be password or refresh_token.");
    })
    .post("/logout", async (c) => {
      const { userId, sessionId } = requireUser(c.req.raw);
      const scope = c.req.query("scope") ?? "global";
      if (scope === "global") await sessions.endAll(userId);
      else if (scope === "others") await sessions.endAll(userId, { except: sessionId });
      else if (scope !== "local") throw invalid("scope must be global, local or others.");
      else if (sessionId) await sessions.endOne(sessionId);
      return c.body(null, 204);
    });
}
