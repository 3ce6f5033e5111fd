import process from "node:process";
import Stripe from "stripe";

/** The version of Stripe's API this code was written against. */
export const STRIPE_API_VERSION = "2026-10-28.endive";

/** A Stripe client from the environment: STRIPE_SECRET_KEY, and STRIPE_API_BASE when a simulator answers instead of Stripe. */
export function createStripe(env: Record<string, string | undefined> = process.env): Stripe {
  const key = env.STRIPE_SECRET_KEY;
  if (!key) throw new Error("STRIPE_SECRET_KEY is not set. Set it to the secret key of your Stripe account.");
  return new Stripe(key, {
    apiVersion: STRIPE_API_VERSION,
    httpClient: Stripe.createFetchHttpClient(),
    maxNetworkRetries: 1,
    timeout: 10_000,
    telemetry: false,
    ...addressOf(env.STRIPE_API_BASE),
  });
}

function addressOf(base: string | undefined): { host?: string; port?: string; protocol?: "http" | "https" } {
  if (!base) return {};
  const url = new URL(base);
  const protocol = url.protocol === "https:" ? "https" : "http";
  return { host: url.hostname, port: url.port || (protocol === "https" ? "443" : "80"), protocol };
}
