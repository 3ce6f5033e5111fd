import { callVerb, type Database } from "./call-verb.ts";
import { failpoint } from "./failpoint.ts";
import { offered } from "./payments/offered.ts";
import type { PaymentProvider, SavingPerson } from "./payments/provider.ts";
import { providerProblem } from "./provider-problem.ts";

type Known = { provider_customer_id: string | null };

/**
 * Who the caller is at the provider, made when they never were there: what they save belongs to that customer. Of two that differ the first one
 * that was remembered counts. Refuses payment_method_unavailable where nothing is kept.
 */
export async function savingCustomer(
  { asUser, asService, provider }: { asUser: Database; asService: Database; provider: PaymentProvider },
  requestId: string,
  idempotency_key: string | null = null,
): Promise<string> {
  const savedMethods = offered(provider, "savedMethods");
  const person = await callVerb<SavingPerson>(asUser, "start_saving_method", { idempotency_key }, requestId);
  const { person_id } = person;
  const known = await callVerb<Known>(asService, "provider_customer", { person_id }, requestId);
  if (known.provider_customer_id) return known.provider_customer_id;
  try {
    await failpoint("customer.read", person_id);
    const id = await savedMethods.customer(person);
    await failpoint("customer.made", person_id);
    const kept = await callVerb<Known>(
      asService,
      "provider_customer",
      { person_id, provider_customer_id: id },
      requestId,
    );
    await failpoint("customer.kept", person_id);
    return kept.provider_customer_id ?? id;
  } catch (error) {
    throw providerProblem(error);
  }
}
