import type { PaymentProviders } from "../_shared/payments/open-providers.ts";
import type { PaymentProvider } from "../_shared/payments/provider.ts";
import { Problem } from "../_shared/problem.ts";

/** The shop's e-wallet; 404 in a shop that has none. */
export function chooseEwallet({ ewallet }: PaymentProviders): PaymentProvider {
  if (ewallet) return ewallet;
  throw new Problem("function_not_found", 404, "This shop has no e-wallet.", {
    hint: "Set EWALLET_API_BASE and EWALLET_API_KEY.",
  });
}
