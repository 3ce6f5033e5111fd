import { createHash } from "node:crypto";
import { createTokenSigner, type SigningKey } from "../../packages/stack/src/gateway/sign-tokens.ts";
import type { Stack } from "../../packages/stack/src/index.ts";

/** Someone who is signed in: the number in the measured shop, and the headers of every request. */
export type Buyer = { number: number; headers: Record<string, string> };

/** Signs people of the measured shop in without Auth: the same tokens, and sessions that exist, so every check behind them happens. */
export function signIn(stack: Stack, numbers: number[]): Buyer[] {
  const signer = createTokenSigner(stack.keys.jwk as SigningKey);
  const fixed = { iss: `${stack.urls.api}/auth/v1`, aud: "authenticated", role: "authenticated", aal: "aal1" };
  return numbers.map((number) => {
    const id = idOf("person", number);
    const email = `p${number}@bench.test`;
    const token = signer.sign({ ...fixed, sub: id, session_id: id, email, app_metadata: { provider: "email" } }, 7200);
    return { number, headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` } };
  });
}

/** The id that shop.sql and carts.sql gave this person, intake, variant or cart. */
export function idOf(kind: "person" | "intake" | "variant" | "cart", which: number | "thing"): string {
  const hash = createHash("md5").update(`${kind}${which}`).digest("hex");
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Consecutive numbers of people. */
export function peopleFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
