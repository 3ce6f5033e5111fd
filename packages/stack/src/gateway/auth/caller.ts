import type { Claims } from "../sign-tokens.ts";
import { AuthProblem } from "./auth-problem.ts";

/** A signed-in user, as the gateway checked the token. */
export type UserCaller = { userId: string; sessionId: string | null; claims: Claims };

/** The claims the gateway vouches for. Nobody else can reach this service. */
export function callerOf(request: Request): Claims {
  const header = request.headers.get("x-seatline-caller");
  if (!header) return { role: "anon", exp: 0 };
  return JSON.parse(Buffer.from(header, "base64url").toString("utf8")) as Claims;
}

/** The user who calls; refused when nobody is signed in. */
export function requireUser(request: Request): UserCaller {
  const claims = callerOf(request);
  if (!claims.sub || claims.role === "anon") {
    throw new AuthProblem(401, "no_authorization", "This endpoint requires a valid Bearer token");
  }
  return { userId: claims.sub, sessionId: claims.session_id ?? null, claims };
}

/** Lets only the secret key through. */
export function requireService(request: Request): void {
  if (callerOf(request).role !== "service_role") throw new AuthProblem(403, "not_admin", "User not allowed");
}

/** The address the request came from, as the gateway saw it. */
export const addressOf = (request: Request): string => request.headers.get("x-forwarded-for") ?? "";
