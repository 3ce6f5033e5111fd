import { Hono } from "hono";
import type { AuthDeps } from "./auth-deps.ts";
import { AuthProblem } from "./auth-problem.ts";
import { requireUser, type UserCaller } from "./caller.ts";
import { type Body, emailIn, newPasswordIn, objectIn, readBody } from "./read-body.ts";

/** What a signed-in user reads and changes of the own account. */
export function userRoutes({ lite, sessions, codes, settings }: AuthDeps): Hono {
  const update = async ({ userId, sessionId, claims }: UserCaller, body: Body): Promise<Body> => {
    if (body.phone) throw new AuthProblem(501, "not_supported", "Phone numbers are not in the embedded stack.");
    const email = emailIn(body);
    const password = newPasswordIn(body, settings.minimumPasswordLength);
    const data = objectIn(body, "data");
    if (email) codes.takeMail(email);
    const changes = { ...(email && { email }), ...(password && { password }), ...(data && { data }) };
    const user = await lite.auth("PUT", "/user", { body: changes, caller: claims });
    if (password) {
      // Whoever had a way in by the old password, or a copy of a refresh token, is out; this access token lives on until it ends.
      await sessions.endAll(userId, { except: sessionId });
      if (sessionId) await sessions.dropRefreshTokens(sessionId);
    }
    return user;
  };

  return new Hono()
    .get("/user", async (c) => c.json(await lite.auth("GET", "/user", { caller: requireUser(c.req.raw).claims })))
    .put("/user", async (c) => c.json(await update(requireUser(c.req.raw), await readBody(c.req.raw))))
    .get("/reauthenticate", async (c) => {
      const { claims } = requireUser(c.req.raw);
      codes.takeMail(String(claims.email ?? claims.sub));
      return c.json(await lite.auth("GET", "/reauthenticate", { caller: claims }));
    });
}
