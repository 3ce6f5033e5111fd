import type { ProviderEvent } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { handToInbox } from "../hand-to-inbox.ts";
import { capabilityOf } from "../provider-of.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

type Open = { subscription_id: string | null; session_id: string | null };

/**
 * Every ten minutes: asks the provider about subscriptions whose period is over, whose payment failed or whose page was left, and hands what it
 * says to the inbox, so that a lost webhook opens or ends nothing wrongly for long. Answers how much of it was news.
 */
export const reconcileSubscriptions: ScheduledTask = async (context) => {
  const { sql, providers, signal } = context;
  const open = await sql<Open[]>`
    select provider_subscription_id as subscription_id, session_id from private.subscriptions_to_ask()`;
  let news = 0;
  for (const known of open) {
    if (signal.aborted) break;
    const said = await capabilityOf(providers.stripe, "subscriptions").retrieve(known);
    for (const event of said) if (await tellSubscription(event, context)) news += 1;
  }
  return news;
};

/** Hands what the provider says of a subscription, a bill or a page to the inbox; true when it was news. */
export async function tellSubscription(
  event: ProviderEvent,
  context: Pick<RunContext, "sql" | "correlationId" | "providers">,
): Promise<boolean> {
  // It is asked about on many days on which nothing was lost, so this heals nothing that an alert should count.
  const outcome = await handToInbox(context, context.providers.stripe.name, event, "answer");
  return outcome === "applied" && !event.type.startsWith("customer.subscription.");
}
