import type { PaymentProviders } from "../../../supabase/functions/_shared/payments/open-providers.ts";
import type { PaymentProvider } from "../../../supabase/functions/_shared/payments/provider.ts";

/** The provider that `payments.provider` names; throws when this worker has none of that name. */
export function providerOf(providers: PaymentProviders, name: string): PaymentProvider {
  const provider = Object.values(providers).find((known) => known?.name === name);
  if (provider) return provider;
  throw new Error(`This worker has no payment provider ${name}. Set its API base and key in the environment.`);
}

/** Something that not every provider offers; throws when this one does not, since only what it offers was ever begun with it. */
export function capabilityOf<What extends "savedMethods" | "subscriptions">(
  provider: PaymentProvider,
  what: What,
): NonNullable<PaymentProvider[What]> {
  const capability = provider[what];
  if (capability) return capability;
  throw new Error(`The payment provider ${provider.name} has no ${what}.`);
}
