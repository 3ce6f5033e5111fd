import { toLocale } from "../templates/rendered.ts";
import { subscriptionPastDue } from "../templates/subscription-past-due.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type Row = {
  id: string;
  person_id: string;
  title: string;
  amount: number;
  currency: string;
  minor_units: number;
  suspended_at: Date;
  pay_url: string | null;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** subscription.past_due: tells the person that a renewal could not be charged and until when it stays open, unless it was paid meanwhile. */
export const sendSubscriptionPastDue: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [row] = await sql<Row[]>`
    select subscriptions.id, subscriptions.person_id, subscription_plans.title, subscriptions.amount, subscriptions.currency, currencies.minor_units,
      subscriptions.past_due_since + make_interval(days => private.setting('subscription_grace_days')::integer) as suspended_at,
      private.subscription_document(subscriptions) ->> 'pay_url' as pay_url, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.subscriptions
    join public.subscription_plans on subscription_plans.id = subscriptions.plan_id
    join public.currencies on currencies.code = subscriptions.currency
    join public.profiles on profiles.id = subscriptions.person_id
    where subscriptions.id = ${job.subject_id} and subscriptions.status = 'past_due'`;
  if (!row) return;
  const facts = {
    shop: row.shop ?? "Seatline",
    firstName: row.first_name,
    title: row.title,
    amount: row.amount,
    currency: row.currency,
    minorUnits: row.minor_units,
    suspendedAt: row.suspended_at.toISOString(),
    timeZone: settings.timeZone,
    payUrl: row.pay_url ?? `${settings.storefrontUrl}/subscriptions/${row.id}`,
  };
  await deliverMail(
    {
      profileId: row.person_id,
      type: "subscription_past_due",
      effectKey: `subscription_past_due:${row.id}:${facts.suspendedAt}`,
      rendered: subscriptionPastDue(facts, toLocale(row.locale)),
    },
    context,
  );
};
