import type { Claims, TokenProblem, TokenSigner } from "./sign-tokens.ts";

/** Checks tokens and remembers the good ones until they end. */
export type TokenChecker = (token: string) => Claims | TokenProblem;

/**
 * Wraps a signer's check in a bounded memory: the least recently used token is dropped first. Bad tokens are never kept, so a
 * flood of them cannot push good ones out.
 */
export function createTokenChecker(signer: TokenSigner, limit = 20_000): TokenChecker {
  const known = new Map<string, Claims>();
  return (token) => {
    const found = known.get(token);
    if (found) {
      if (found.exp <= Date.now() / 1000) {
        known.delete(token);
        return "token_expired";
      }
      known.delete(token);
      known.set(token, found);
      return found;
    }
    const checked = signer.check(token);
    if (typeof checked === "string") return checked;
    known.set(token, checked);
    if (known.size > limit) {
      const oldest = known.keys().next();
      if (!oldest.done) known.delete(oldest.value);
    }
    return checked;
  };
}
