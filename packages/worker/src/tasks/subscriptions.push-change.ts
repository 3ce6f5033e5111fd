import Stripe from "stripe";
import { tellSubscription } from "./subscriptions.reconcile.ts";
import type { EventTask } from "./task.ts";

type Row = {
  status: string;
  cancels: boolean;
  provider_subscription_id: string | null;
  session_id: string | null;
  provider_method_id: string | null;
};

/**
 * subscription.change_requested: tells the provider what a person asked for: to end with the period or not, to end now, to pay by another
 * method, with which an open bill is then tried. It sends the state as it is now, so repeating or overtaking changes nothing.
 */
export const pushSubscriptionChange: EventTask = async (job, context) => {
  const { sql, stripe, log } = context;
  const [row] = await sql<Row[]>`
    select subscriptions.status, subscriptions.cancels_at is not null as cancels, known.provider_subscription_id, known.session_id, provider_methods.provider_method_id
    from public.subscriptions
    join private.provider_subscriptions as known on known.subscription_id = subscriptions.id
    left join private.provider_methods on provider_methods.payment_method_id = known.wanted_method_id
    where subscriptions.id = ${job.subject_id}`;
  if (!row) return;
  const ended = row.status === "canceled" || row.status === "expired";
  try {
    if (row.session_id && ended) await stripe.checkout.sessions.expire(row.session_id).catch(ignoreRefusal);
    if (!row.provider_subscription_id) return;
    if (ended) {
      await tellSubscription(await stripe.subscriptions.cancel(row.provider_subscription_id), context);
      return;
    }
    const told = await stripe.subscriptions.update(row.provider_subscription_id, {
      cancel_at_period_end: row.cancels,
      ...(row.provider_method_id ? { default_payment_method: row.provider_method_id } : {}),
    });
    await tellSubscription(told, context);
    if (row.provider_method_id && row.status === "past_due") {
      const open = await stripe.invoices.list({ subscription: row.provider_subscription_id, status: "open", limit: 5 });
      for (const invoice of open.data)
        await tellSubscription(await stripe.invoices.pay(invoice.id, { expand: ["payments"] }), context);
    }
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError))
      throw error;
    log.info(
      { code: error.code },
      "the provider refused a change of a subscription: what is true there is told by its events",
    );
  }
};

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
}
