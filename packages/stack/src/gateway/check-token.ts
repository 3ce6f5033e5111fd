import type { Claims, TokenProblem, TokenSigner } from "./sign-tokens.ts";

/** Checks tokens and remembers the good ones until they end. */
export type TokenChecker = (token: string) => Claims | TokenProblem;

/**
 * Wraps a signer's check in a bounded memory of two halves: when the newer is full it becomes the older, and what nobody asked for since
 * is forgotten. Bad tokens are never kept, so a flood of them cannot push good ones out.
 */
export function createTokenChecker(signer: TokenSigner, limit = 20_000): TokenChecker {
  let newer = new Map<string, Claims>();
  let older = new Map<string, Claims>();
  const keep = (token: string, claims: Claims): void => {
    if (newer.size >= limit / 2) {
      older = newer;
      newer = new Map();
    }
    newer.set(token, claims);
  };
  return (token) => {
    let claims = newer.get(token);
    if (!claims) {
      const checked = older.get(token) ?? signer.check(token);
      if (typeof checked === "string") return checked;
      claims = checked;
      keep(token, claims);
    }
    return claims.exp > Date.now() / 1000 ? claims : "token_expired";
  };
}
