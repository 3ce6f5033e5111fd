import { Problem } from "../problem.ts";
import type { PaymentProvider } from "./provider.ts";

/** What a provider can lack, and what a person is told then. */
const LACKING = {
  fields: "takes no payments on a page of the shop's own",
  savedMethods: "keeps no way to pay",
  subscriptions: "renews nothing by itself",
} as const;

/** Something that not every provider offers; refuses payment_method_unavailable when this one does not. */
export function offered<What extends keyof typeof LACKING>(
  provider: PaymentProvider,
  what: What,
): NonNullable<PaymentProvider[What]> {
  const capability = provider[what];
  if (capability) return capability;
  throw new Problem("payment_method_unavailable", 422, `The payment provider ${provider.name} ${LACKING[what]}.`, {
    hint: "Pay another way, or ask the shop.",
  });
}
