import type Stripe from "stripe";
import { correlated } from "../database.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

type Open = { provider_subscription_id: string | null; session_id: string | null };

/**
 * Every ten minutes: asks the provider about subscriptions whose period is over, whose payment failed or whose page was left, and hands what it
 * says to the inbox, so that a lost webhook opens or ends nothing wrongly for long. Answers how many it asked about and found news of.
 */
export const reconcileSubscriptions: ScheduledTask = async (context) => {
  const { sql, stripe, signal } = context;
  const open = await sql<Open[]>`select provider_subscription_id, session_id from private.subscriptions_to_ask()`;
  let news = 0;
  for (const { provider_subscription_id, session_id } of open) {
    if (signal.aborted) break;
    const known = provider_subscription_id ?? (await ofPage(session_id, context));
    if (known === null) continue;
    const subscription = await stripe.subscriptions.retrieve(known);
    if (await tellSubscription(subscription, context)) news += 1;
    const invoices = await stripe.invoices.list({ subscription: known, limit: 12, expand: ["data.payments"] });
    for (const invoice of invoices.data) if (await tellSubscription(invoice, context)) news += 1;
  }
  return news;
};

async function ofPage(sessionId: string | null, context: RunContext): Promise<string | null> {
  if (sessionId === null) return null;
  const session = await context.stripe.checkout.sessions.retrieve(sessionId);
  if (session.status === "open") return null;
  await tellSubscription(session, context);
  return typeof session.subscription === "string" ? session.subscription : (session.subscription?.id ?? null);
}

/** Hands what the provider says of a subscription, a bill or a page to the inbox, under an id that follows from its state; true when it was new. */
export async function tellSubscription(
  object: Stripe.Subscription | Stripe.Invoice | Stripe.Checkout.Session,
  { sql, correlationId }: Pick<RunContext, "sql" | "correlationId">,
): Promise<boolean> {
  const kind = { subscription: "customer.subscription", invoice: "invoice", "checkout.session": "checkout.session" };
  const type = `${kind[object.object]}.reconciled`;
  const created = Math.floor(Date.now() / 1000);
  // Whether it is to end may go to and fro: that word is new whenever it is asked for.
  const state =
    object.object === "subscription" ? `${object.status}_${object.cancel_at_period_end}_${created}` : object.status;
  const eventId = `reconcile_${object.id}_${state}`;
  const payload = JSON.stringify({ id: eventId, type, created, data: { object } });
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ answer: { outcome: string } }[]>`
      select public.receive_provider_event('stripe', ${eventId}, ${type}, ${payload}::text::jsonb) as answer`,
  );
  return row?.answer.outcome === "applied" && object.object !== "subscription";
}
