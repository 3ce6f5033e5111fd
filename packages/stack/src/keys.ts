import { createHash, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The secrets of one stack, made on its first start and kept in `<home>/keys.json` (mode 600). */
export type Keys = {
  publishableKey: string;
  secretKey: string;
  /** Private ES256 key as JWK with `kid`; the gateway signs user tokens with it. */
  jwk: JsonWebKey & { kid: string };
  /** Secret of the short way from gateway to PostgREST; no token signed with it ever leaves the machine. */
  restSecret: string;
  /** Password of every database login role. */
  dbPassword: string;
  /** Signing secret of the payment provider's webhook. */
  webhookSecret: string;
  /** Signing secret of the e-wallet's webhook. */
  ewalletSecret: string;
  /** Signing secret of the carrier's webhook. */
  carrierSecret: string;
  /** API key that the simulator accepts in place of a Stripe test key. */
  stripeKey: string;
  /** Signs the orders that go to the production system. */
  productionSecret: string;
  /** Signs what the production system reports. */
  reportSecret: string;
  /** Password of every demo user. */
  demoPassword: string;
};

/** Reads the keys of a home; makes what is missing. */
export function loadKeys(home: string): Keys {
  const file = keysFile(home);
  const found: Partial<Keys> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const keys: Keys = {
    publishableKey: found.publishableKey ?? apiKey("sb_publishable_"),
    secretKey: found.secretKey ?? apiKey("sb_secret_"),
    jwk: found.jwk ?? signingKey(),
    restSecret: found.restSecret ?? randomWord(48),
    dbPassword: found.dbPassword ?? randomWord(24),
    webhookSecret: found.webhookSecret ?? `whsec_${randomWord(32)}`,
    ewalletSecret: found.ewalletSecret ?? randomWord(32),
    carrierSecret: found.carrierSecret ?? randomWord(32),
    stripeKey: found.stripeKey ?? `sk_test_${randomWord(32)}`,
    productionSecret: found.productionSecret ?? randomWord(32),
    reportSecret: found.reportSecret ?? randomWord(32),
    demoPassword: found.demoPassword ?? `${randomWord(12)}-7`,
  };
  if (JSON.stringify(keys) !== JSON.stringify(found)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return keys;
}

/** Path of a home's keys. */
export function keysFile(home: string): string {
  return join(home, "keys.json");
}

/** The public half of the signing key as a key set, for everyone who checks tokens. */
export function keySet(keys: Keys): { keys: JsonWebKey[] } {
  const { d: _private, ...open } = keys.jwk;
  return { keys: [{ ...open, key_ops: ["verify"] }] };
}

function signingKey(): Keys["jwk"] {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    kid: randomUUID(),
    use: "sig",
    key_ops: ["sign"],
    alg: "ES256",
    ext: true,
    ...privateKey.export({ format: "jwk" }),
  };
}

/** A key in the form of Supabase's: prefix, random part, and a check part that lets a scanner tell a key from a lookalike. */
function apiKey(prefix: string): string {
  const random = randomWord(22);
  const check = createHash("sha256").update(`${prefix}${random}`).digest("base64url").slice(0, 8);
  return `${prefix}${random}_${check}`;
}

function randomWord(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  let word = "";
  while (word.length < length) {
    const byte = randomBytes(1)[0] ?? 255;
    if (byte < alphabet.length * 4) word += alphabet[byte % alphabet.length];
  }
  return word;
}
