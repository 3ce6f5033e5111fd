import { type Context, Hono } from "hono";
import type { AuthDeps } from "./auth-deps.ts";
import { AuthProblem, invalid, wrongCode } from "./auth-problem.ts";
import { hashOf } from "./codes.ts";
import { type Body, emailIn, objectIn, readBody, requiredEmail, stringIn } from "./read-body.ts";
import { redirectTarget } from "./redirect-target.ts";
import { findByEmail, insertUser } from "./users.ts";

const kinds = ["signup", "magiclink", "recovery", "email_change", "email", "invite"];

/** Everything that goes by a code or a link in a mail. Asking for one is answered alike whether the address has an account or not. */
export function codeRoutes(deps: AuthDeps): Hono {
  const { sql, codes, mailer, lite, reissue } = deps;

  const sendSignInCode = async (body: Body): Promise<Body> => {
    const email = requiredEmail(body);
    const create = body.create_user !== false;
    const data = objectIn(body, "data") ?? {};
    codes.takeMail(email);
    const found = await findByEmail(sql, email);
    if (!found && !create) return {};
    const user =
      found ??
      (await insertUser(sql, { email, password: null, confirmed: false, userMetadata: data, appMetadata: {} }));
    const { code, hash } = await codes.issue(user.id, email, "recovery");
    await mailer.sendMagicLink(email, hash, code);
    return {};
  };

  const recover = async (body: Body): Promise<Body> => {
    const email = requiredEmail(body);
    codes.takeMail(email);
    const user = await findByEmail(sql, email);
    if (!user) return {};
    const { code, hash } = await codes.issue(user.id, email, "recovery");
    await mailer.sendRecovery(email, hash, code);
    return {};
  };

  const resend = async (body: Body): Promise<Body> => {
    const type = stringIn(body, "type");
    if (type !== "signup" && type !== "email_change") throw invalid("type must be signup or email_change.");
    const email = requiredEmail(body);
    codes.takeMail(email);
    const user = await findByEmail(sql, email);
    if (type === "signup" && user && !user.email_confirmed_at) {
      const { code, hash } = await codes.issue(user.id, email, "confirmation");
      await mailer.sendConfirmation(email, hash, code);
    }
    if (type === "email_change") {
      const [row] = await sql<{ id: string; to: string }[]>`
        select id, email_change as to from auth.users where (email = ${email} or email_change = ${email}) and email_change <> ''
      `;
      if (row) {
        const { code, hash } = await codes.issue(row.id, row.to, "emailChange");
        await mailer.sendEmailChange(row.to, hash, code);
      }
    }
    return {};
  };

  // lite knows a type per place where a code is kept; `email` and `invite` may stand for two of them.
  const typeFor = async (type: string, hash: string): Promise<string> => {
    if (type !== "email" && type !== "invite") return type;
    const [row] = await sql`select from auth.users where confirmation_token = ${hash}`;
    return row ? "signup" : "magiclink";
  };

  const verify = async (body: Body): Promise<Body> => {
    const type = stringIn(body, "type");
    if (type === "sms" || type === "phone_change")
      throw new AuthProblem(501, "not_supported", "Codes by SMS are not in the embedded stack.");
    if (!type || !kinds.includes(type)) throw invalid(`type must be one of ${kinds.join(", ")}.`);
    const link = stringIn(body, "token_hash");
    if (link) {
      const hash = codes.hashIn(link);
      return reissue(
        await lite.auth("POST", "/verify", { body: { type: await typeFor(type, hash), token_hash: hash } }),
        "otp",
      );
    }
    const email = emailIn(body);
    const token = stringIn(body, "token");
    if (!email || !token) throw invalid("Send email and token, or token_hash.");
    await codes.takeAttempt(email);
    const hash = hashOf(email, token);
    const session = await lite.auth("POST", "/verify", { body: { type: await typeFor(type, hash), token_hash: hash } });
    codes.giveBackAttempt(email);
    return reissue(session, "otp");
  };

  // The link in a mail: ends at the storefront, with the session or the error in the fragment, as in Supabase Auth.
  const follow = async (c: Context): Promise<Response> => {
    const { type = "", token = "", redirect_to: asked } = c.req.query();
    const target = redirectTarget(asked ?? null, deps.settings);
    let fragment: URLSearchParams;
    try {
      const session = await verify({ type, token_hash: token || "-" });
      const { access_token, refresh_token, expires_in, expires_at, token_type } = session as Record<
        string,
        string | number
      >;
      const parts = { access_token, refresh_token, expires_in, expires_at, token_type, type };
      fragment = new URLSearchParams(Object.entries(parts).map(([name, value]) => [name, String(value)]));
    } catch (error) {
      const problem = error instanceof AuthProblem && error.status < 500 ? error : wrongCode();
      fragment = new URLSearchParams({
        error: "access_denied",
        error_code: problem.code,
        error_description: problem.message,
      });
    }
    target.hash = fragment.toString();
    return c.redirect(target.href, 303);
  };

  return new Hono()
    .post("/otp", async (c) => c.json(await sendSignInCode(await readBody(c.req.raw))))
    .post("/magiclink", async (c) => c.json(await sendSignInCode(await readBody(c.req.raw))))
    .post("/recover", async (c) => c.json(await recover(await readBody(c.req.raw))))
    .post("/resend", async (c) => c.json(await resend(await readBody(c.req.raw))))
    .post("/verify", async (c) => c.json(await verify(await readBody(c.req.raw))))
    .get("/verify", follow);
}
