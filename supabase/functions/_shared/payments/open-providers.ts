import type Stripe from "stripe";
import { ewalletProvider } from "./ewallet-provider.ts";
import type { PaymentProvider, ProviderName } from "./provider.ts";
import { stripeProvider } from "./stripe-provider.ts";

/** The providers that this shop has. One that is not configured is missing. */
export type PaymentProviders = { stripe: PaymentProvider } & Partial<Record<ProviderName, PaymentProvider>>;

/**
 * The providers by the environment: Stripe by the client that is handed in and STRIPE_WEBHOOK_SECRETS; the e-wallet when EWALLET_API_BASE and
 * EWALLET_API_KEY are set, its webhook by EWALLET_WEBHOOK_SECRETS. Secrets are separated by commas.
 */
export function openProviders(stripe: Stripe, env: Record<string, string | undefined>): PaymentProviders {
  const { EWALLET_API_BASE: base, EWALLET_API_KEY: key } = env;
  return {
    stripe: stripeProvider(stripe, secretsIn(env.STRIPE_WEBHOOK_SECRETS)),
    ...(base && key && { ewallet: ewalletProvider({ base, key, secrets: secretsIn(env.EWALLET_WEBHOOK_SECRETS) }) }),
  };
}

function secretsIn(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
}
