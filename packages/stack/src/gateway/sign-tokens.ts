import { createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from "node:crypto";

/** A private ES256 key as JWK, with the id that tokens name in their header. */
export type SigningKey = JsonWebKey & { kid: string };

/** Claims of a token, as Supabase Auth writes them. */
export type Claims = {
  role: string;
  exp: number;
  sub?: string;
  session_id?: string;
  [claim: string]: unknown;
};

/** Why a token is not accepted. */
export type TokenProblem = "invalid_token" | "token_expired";

/** Signs and checks ES256 tokens with one key. */
export type TokenSigner = {
  /** Makes a token that ends after the given seconds. */
  sign(claims: Record<string, unknown>, seconds: number): string;
  /** The claims of a token this key signed, or why it is refused. Costs one signature check. */
  check(token: string): Claims | TokenProblem;
  /** The public half, as served at `/auth/v1/.well-known/jwks.json`. */
  jwks: { keys: Record<string, unknown>[] };
};

const roles = new Set(["anon", "authenticated", "service_role"]);

/** Makes a signer from a private JWK. */
export function createTokenSigner(jwk: SigningKey): TokenSigner {
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  const publicKey = createPublicKey(privateKey);
  const header = encode({ alg: "ES256", kid: jwk.kid, typ: "JWT" });
  const publicJwk = {
    ...publicKey.export({ format: "jwk" }),
    alg: "ES256",
    kid: jwk.kid,
    use: "sig",
    key_ops: ["verify"],
  };
  return {
    jwks: { keys: [publicJwk] },
    sign(claims, seconds) {
      const now = Math.floor(Date.now() / 1000);
      const content = `${header}.${encode({ ...claims, iat: now, exp: now + seconds })}`;
      const signature = sign("sha256", Buffer.from(content), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${content}.${signature.toString("base64url")}`;
    },
    check(token) {
      const parts = token.split(".");
      const [head, body, signature] = parts;
      if (parts.length !== 3 || !head || !body || !signature) return "invalid_token";
      try {
        const { alg, kid } = decode(head);
        if (alg !== "ES256" || kid !== jwk.kid) return "invalid_token";
        const bytes = Buffer.from(signature, "base64url");
        // Buffer ignores what is not base64url; a token must have one spelling only, or a cache can be filled with copies.
        if (bytes.toString("base64url") !== signature) return "invalid_token";
        const content = Buffer.from(`${head}.${body}`);
        if (!verify("sha256", content, { key: publicKey, dsaEncoding: "ieee-p1363" }, bytes)) return "invalid_token";
        return checkClaims(decode(body));
      } catch {
        return "invalid_token";
      }
    },
  };
}

function checkClaims(claims: Record<string, unknown>): Claims | TokenProblem {
  const now = Date.now() / 1000;
  if (typeof claims.exp !== "number" || typeof claims.role !== "string" || !roles.has(claims.role))
    return "invalid_token";
  if (claims.exp <= now) return "token_expired";
  if (typeof claims.nbf === "number" && claims.nbf > now + 30) return "invalid_token";
  return claims as Claims;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function decode(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  if (typeof value !== "object" || value === null) throw new Error("not an object");
  return value as Record<string, unknown>;
}
