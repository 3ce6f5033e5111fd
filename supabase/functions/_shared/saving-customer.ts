import type Stripe from "stripe";
import { callVerb, type Database } from "./call-verb.ts";
import { providerProblem } from "./provider-problem.ts";

type Saving = { person_id: string; email: string | null; name: string | null };
type Known = { provider_customer_id: string | null };

/**
 * Who the caller is at Stripe, made when they never were there: what they save belongs to that customer. The key is the person with what is
 * told of them, so that two requests at once get the same customer; of two that differ the first one that was remembered counts.
 */
export async function savingCustomer(
  { asUser, asService, stripe }: { asUser: Database; asService: Database; stripe: Stripe },
  requestId: string,
): Promise<string> {
  const { person_id, email, name } = await callVerb<Saving>(asUser, "start_saving_method", {}, requestId);
  const known = await callVerb<Known>(asService, "provider_customer", { person_id }, requestId);
  if (known.provider_customer_id) return known.provider_customer_id;
  const facts = { ...(email ? { email } : {}), ...(name ? { name } : {}), metadata: { person_id } };
  try {
    const idempotencyKey = `customer_${person_id}_${await digest(JSON.stringify(facts))}`;
    const { id } = await stripe.customers.create(facts, { idempotencyKey });
    const kept = await callVerb<Known>(
      asService,
      "provider_customer",
      { person_id, provider_customer_id: id },
      requestId,
    );
    return kept.provider_customer_id ?? id;
  } catch (error) {
    throw providerProblem(error);
  }
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
