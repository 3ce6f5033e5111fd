import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;
const FORM = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/**
 * Whether `signature` (`t=<seconds>,v1=<hex>`) is the HMAC-SHA256 of `<seconds>.<body>` with this secret, made within five minutes of now.
 * Takes the same time whatever is wrong with it.
 */
export function isSignedBy(secret: string, body: string, signature: string | null, nowMilliseconds: number): boolean {
  const [, time, given] = FORM.exec(signature ?? "") ?? [];
  if (!time || !given) return false;
  const expected = createHmac("sha256", secret).update(`${time}.${body}`).digest();
  const matches = timingSafeEqual(expected, Buffer.from(given, "hex"));
  return matches && Math.abs(nowMilliseconds / 1000 - Number(time)) <= TOLERANCE_SECONDS;
}
