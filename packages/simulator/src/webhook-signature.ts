import { createHmac } from "node:crypto";
import Stripe from "stripe";
import type { DeliveryRow } from "./store.ts";

const STALE_S = 301;

/**
 * The headers of one delivery, signed as Stripe signs: the time and one signature per secret (a shop that changes its
 * secret has two for a while). A forged delivery gets exactly the flaw it is named after.
 */
export async function signatureHeaders(
  body: string,
  secrets: string,
  forged: DeliveryRow["forged"],
): Promise<Record<string, string>> {
  if (forged === "unsigned") return {};
  const seconds = Math.floor(Date.now() / 1000);
  const timestamp = forged === "stale_timestamp" ? seconds - STALE_S : seconds;
  // An altered body is sent with the signature of what it was before.
  const payload = forged === "altered_body" ? `${body} ` : body;
  const keys =
    forged === "wrong_secret" ? ["whsec_of_somebody_else"] : secrets.split(",").map((secret) => secret.trim());
  const headers = await Promise.all(
    keys.map((secret) => Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp })),
  );
  const [first, ...others] = headers as [string, ...string[]];
  const further = others.map((header) => `,${header.slice(header.indexOf("v1="))}`).join("");
  return { "stripe-signature": first + further };
}

/** The header of the e-wallet: the time, and the HMAC-SHA256 of `<time>.<body>` as hex. */
export function walletSignature(body: string, secret: string): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000);
  const digest = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return { "ewallet-signature": `t=${seconds},v1=${digest}` };
}

/** The header of the carrier: as the e-wallet's. A forged delivery gets exactly the flaw it is named after. */
export function carrierSignature(body: string, secret: string, forged: DeliveryRow["forged"]): Record<string, string> {
  if (forged === "unsigned") return {};
  const seconds = Math.floor(Date.now() / 1000) - (forged === "stale_timestamp" ? STALE_S : 0);
  const signed = forged === "altered_body" ? `${body} ` : body;
  const key = forged === "wrong_secret" ? "carrier_of_somebody_else" : secret;
  const digest = createHmac("sha256", key).update(`${seconds}.${signed}`).digest("hex");
  return { "carrier-signature": `t=${seconds},v1=${digest}` };
}
