import type Stripe from "stripe";
import { correlated } from "../database.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

type Customer = { person_id: string; provider_customer_id: string };

/**
 * Every ten minutes: asks the provider what people keep there who began to save something and of whom no word came, and hands it to the
 * inbox as an event. Answers how many methods were new.
 */
export const reconcileMethods: ScheduledTask = async (context) => {
  const { sql, stripe, signal, log } = context;
  const customers = await sql<Customer[]>`select person_id, provider_customer_id from private.customers_saving()`;
  let found = 0;
  for (const { provider_customer_id: customer } of customers) {
    if (signal.aborted) break;
    for (const method of (await stripe.paymentMethods.list({ customer, limit: 100 })).data) {
      if (await tell(method, context)) found += 1;
    }
  }
  if (found > 0) log.warn({ found }, "saved methods were found by reconciliation: webhooks are late or lost");
  return found;
};

async function tell(method: Stripe.PaymentMethod, { sql, correlationId }: RunContext): Promise<boolean> {
  const type = "payment_method.reconciled";
  const eventId = `reconcile_${method.id}_attached`;
  const payload = JSON.stringify({ id: eventId, type, data: { object: method } });
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ answer: { outcome: string } }[]>`
      select public.receive_provider_event('stripe', ${eventId}, ${type}, ${payload}::text::jsonb) as answer`,
  );
  return row?.answer.outcome === "applied";
}
