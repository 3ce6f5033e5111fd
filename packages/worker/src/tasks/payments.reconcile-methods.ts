import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { handToInbox } from "../hand-to-inbox.ts";
import { capabilityOf, providerOf } from "../provider-of.ts";
import type { ScheduledTask } from "./task.ts";

type Customer = { provider: string; provider_customer_id: string };

/**
 * Every ten minutes: asks the provider what people keep there who began to save something and of whom no word came, and hands it to the
 * inbox as an event. Answers how many methods were new.
 */
export const reconcileMethods: ScheduledTask = async (context) => {
  const { sql, providers, signal, log } = context;
  const customers = await sql<Customer[]>`select provider, provider_customer_id from private.customers_saving()`;
  let found = 0;
  for (const customer of customers) {
    if (signal.aborted) break;
    const provider = providerOf(providers, customer.provider);
    for (const event of await capabilityOf(provider, "savedMethods").list(customer.provider_customer_id)) {
      await failpoint("methods.listed", event.id);
      if ((await handToInbox(context, provider.name, event, "reading")) === "applied") found += 1;
      await failpoint("methods.recorded", event.id);
    }
  }
  if (found > 0) log.warn({ found }, "saved methods were found by reconciliation: webhooks are late or lost");
  return found;
};
