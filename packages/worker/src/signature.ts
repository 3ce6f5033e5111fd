import { createHmac } from "node:crypto";

/** The header that carries the signature of a request between this shop and another system. */
export const SIGNATURE_HEADER = "seatline-signature";

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 with the secret over `<seconds>.<body>`. */
export function sign(body: string, secret: string, seconds = Math.floor(Date.now() / 1000)): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
