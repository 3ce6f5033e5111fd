import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { ProviderRefusal } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { capabilityOf } from "../provider-of.ts";
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
  const { sql, providers, log } = context;
  const [row] = await sql<Row[]>`
    select subscriptions.status, subscriptions.cancels_at is not null as cancels, known.provider_subscription_id, known.session_id, provider_methods.provider_method_id
    from public.subscriptions
    join private.provider_subscriptions as known on known.subscription_id = subscriptions.id
    left join private.provider_methods on provider_methods.payment_method_id = known.wanted_method_id
    where subscriptions.id = ${job.subject_id}`;
  if (!row) return;
  const { cancels, provider_subscription_id: id, provider_method_id: methodId } = row;
  const subscriptions = capabilityOf(providers.stripe, "subscriptions");
  const ended = row.status === "canceled" || row.status === "expired";
  try {
    if (row.session_id && ended) await providers.stripe.close(row.session_id);
    if (!id) return;
    await failpoint("subscription.read", job.subject_id);
    const said = ended ? await subscriptions.end(id) : await subscriptions.change(id, { cancels, methodId });
    await failpoint("subscription.sent", job.subject_id);
    for (const event of said) await tellSubscription(event, context);
    await failpoint("subscription.told", job.subject_id);
    if (ended || !methodId || row.status !== "past_due") return;
    for await (const event of subscriptions.collect(id)) await tellSubscription(event, context);
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    log.info(
      { code: error.code },
      "the provider refused a change of a subscription: what is true there is told by its events",
    );
  }
};
