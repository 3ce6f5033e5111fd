import { createHmac } from "node:crypto";
import type { Caller } from "./identify-caller.ts";
import type { Claims } from "./sign-tokens.ts";

/** Gives the token that tells PostgREST who calls; null is nobody in particular. */
export type RestTokens = (caller: Caller | null) => string;

const lifetime = 3600;
/** A new token for a role is made this long before the old one ends, so that none ends on its way. */
const spare = 600;

/**
 * Makes tokens for PostgREST with the secret that only it and the gateway know. A user's token, which the gateway has checked, is said again
 * in this form: the same claims with the same end. Each is made once and kept as long as the claims are.
 */
export function createRestTokens(secret: string, issuer: string): RestTokens {
  const header = encode({ alg: "HS256", typ: "JWT" });
  const sign = (claims: Record<string, unknown>): string => {
    const content = `${header}.${encode(claims)}`;
    return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
  };
  const ofUsers = new WeakMap<Claims, string>();
  const ofRoles = new Map<string, { token: string; renewAt: number }>();

  const ofRole = (role: string): string => {
    const now = Date.now();
    const known = ofRoles.get(role);
    if (known && now < known.renewAt) return known.token;
    const iat = Math.floor(now / 1000);
    const token = sign({ iss: issuer, aud: "authenticated", role, iat, exp: iat + lifetime });
    ofRoles.set(role, { token, renewAt: now + (lifetime - spare) * 1000 });
    return token;
  };

  return (caller) => {
    if (!caller?.claims) return ofRole(caller?.role ?? "anon");
    let token = ofUsers.get(caller.claims);
    if (token === undefined) {
      token = sign(caller.claims);
      ofUsers.set(caller.claims, token);
    }
    return token;
  };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
