import type { Database } from "../_shared/call-verb.ts";
import { handleWebhook } from "../_shared/payments/handle-webhook.ts";
import type { PaymentProvider } from "../_shared/payments/provider.ts";
import { Problem } from "../_shared/problem.ts";

/** One delivery of the e-wallet: see {@link handleWebhook}. 404 in a shop that has none. */
export function handleEwalletWebhook(
  request: Request,
  { asService, ewallet }: { asService: Database; ewallet: PaymentProvider | undefined },
): Promise<Response> {
  if (!ewallet) {
    throw new Problem("function_not_found", 404, "This shop has no e-wallet.", {
      hint: "Set EWALLET_API_BASE and EWALLET_API_KEY.",
    });
  }
  return handleWebhook(request, { asService, provider: ewallet });
}
