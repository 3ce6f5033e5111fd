import Stripe from "stripe";

/** The version of Stripe's API the worker was written against; the same as the edge functions'. */
export const STRIPE_API_VERSION = "2026-10-28.endive";

/** A Stripe client; `apiBase` points it at a simulator instead of Stripe. */
export function openStripe(key: string, apiBase?: string): Stripe {
  const base = { apiVersion: STRIPE_API_VERSION, maxNetworkRetries: 1, timeout: 15_000, telemetry: false } as const;
  if (!apiBase) return new Stripe(key, base);
  const url = new URL(apiBase);
  const protocol = url.protocol === "https:" ? "https" : "http";
  return new Stripe(key, {
    ...base,
    protocol,
    host: url.hostname,
    port: url.port || (protocol === "https" ? "443" : "80"),
  });
}
