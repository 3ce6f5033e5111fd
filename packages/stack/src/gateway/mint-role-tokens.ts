import type { TokenSigner } from "./sign-tokens.ts";

/** Gives the token PostgREST gets for a role that a key alone stands for. */
export type RoleTokens = (role: string) => string;

const lifetime = 3600;
/** A new token is made this long before the old one ends, so that none ends on its way. */
const spare = 600;

/** Makes tokens for `anon` and `service_role` and renews each in time; a call reads memory. */
export function createRoleTokens(signer: TokenSigner, issuer: string): RoleTokens {
  const tokens = new Map<string, { token: string; renewAt: number }>();
  return (role) => {
    const now = Date.now();
    const known = tokens.get(role);
    if (known && now < known.renewAt) return known.token;
    const token = signer.sign({ iss: issuer, aud: "authenticated", role }, lifetime);
    tokens.set(role, { token, renewAt: now + (lifetime - spare) * 1000 });
    return token;
  };
}
