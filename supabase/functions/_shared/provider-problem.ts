import { ProviderRefusal } from "./payments/provider.ts";
import { Problem } from "./problem.ts";

/** What the buyer is told: "try again" when the provider was away, "this cannot be paid like that" when it refused. */
export function providerProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof ProviderRefusal) {
    return new Problem("provider_refused", 502, "The payment provider refused to open this payment.", {
      hint: "Nothing was charged and the order is kept. Ask the shop: the amount or the account may not be accepted.",
      details: error.code ?? null,
      cause: error,
    });
  }
  return new Problem("provider_unavailable", 503, "The payment provider cannot be reached just now.", {
    hint: "Nothing was charged and the order is kept. Start the checkout again in a minute.",
    headers: { "retry-after": "10" },
    cause: error,
  });
}
