import { z } from "zod";
import type { Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { offered } from "../_shared/payments/offered.ts";
import type { PaymentProvider } from "../_shared/payments/provider.ts";
import { providerProblem } from "../_shared/provider-problem.ts";
import { readJson } from "../_shared/read-json.ts";
import { requestId } from "../_shared/request-id.ts";
import { savingCustomer } from "../_shared/saving-customer.ts";

/** What it needs from outside; `provider` is who keeps the ways to pay. */
export type SetupPaymentMethodDeps = { asUser: Database; asService: Database; provider: PaymentProvider };

/**
 * Answers POST {} with `{ setup_intent_id, client_secret }` for a page of the shop's own with Stripe's fields, where a card is saved without
 * paying. Nothing is saved here: the provider's webhook, or what the reconciler finds, makes the row in `payment_methods`.
 */
export async function handleSetupPaymentMethod(request: Request, deps: SetupPaymentMethodDeps): Promise<Response> {
  await readJson(request, z.strictObject({}), "{}");
  const savedMethods = offered(deps.provider, "savedMethods");
  const key = request.headers.get("idempotency-key");
  const customer = await savingCustomer(deps, requestId(request), key);
  try {
    const { id, client_secret } = await savedMethods.setUp(customer, key);
    await failpoint("setup.opened", customer);
    return Response.json({ setup_intent_id: id, client_secret }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    throw providerProblem(error);
  }
}
