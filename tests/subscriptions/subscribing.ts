import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { actingAs } from "../payments/acting-as.ts";
import { deliver } from "../payments/deliver.ts";
import type { ProviderEvent } from "../payments/provider-events.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

/** What a period costs, in minor units of IDR. */
export const FEE = 9_900_000;
const DAY = 24 * 60 * 60;

/** A subscription that waits to be paid, and what its provider calls it. */
export type Begun = {
  personId: string;
  planId: string;
  subscriptionId: string;
  providerId: string;
  intake: BuiltIntake;
  /** Seconds of the first period's beginning. */
  from: number;
};

/** An active plan for one self-paced course, whose seats are not counted. */
export async function newPlan(sql: Sql): Promise<{ planId: string; intake: BuiltIntake }> {
  const intake = await publishedIntake(sql, { price: 50_000_00 });
  const [plan] =
    await sql`insert into public.subscription_plans (title, period, status) values ('All of it', 'month', 'active') returning id, variant_id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${plan?.variant_id}, 'IDR', ${FEE})`;
  await sql`insert into public.subscription_plan_scopes (plan_id, product_id) values (${plan?.id}, ${intake.productId})`;
  return { planId: plan?.id, intake };
}

/** Somebody begins to subscribe; the page at the provider is open. */
export async function begun(
  sql: Sql,
  wish: { personId?: string; plan?: Awaited<ReturnType<typeof newPlan>> } = {},
): Promise<Begun> {
  const { planId, intake } = wish.plan ?? (await newPlan(sql));
  const personId = wish.personId ?? (await newCustomer(sql));
  const subscription = await actingAs(sql, personId, async (tx) => {
    const [row] = await tx`select public.start_subscription(${planId}) as started`;
    return row?.started as { id: string };
  });
  const from = Math.floor(Date.now() / 1000) - DAY;
  return { personId, planId, intake, subscriptionId: subscription.id, providerId: `sub_${randomUUID()}`, from };
}

function event(type: string, created: number, object: Record<string, unknown> & { id: string }): ProviderEvent {
  return { id: `evt_${randomUUID()}`, type, created, data: { object } };
}

/** Any event about the subscription itself. */
export function subscriptionEvent(
  { subscriptionId, providerId, from }: Begun,
  status: string,
  changes: Record<string, unknown> & { at?: number } = {},
): ProviderEvent {
  const { at = from, ...more } = changes;
  const type = status === "canceled" ? "deleted" : "updated";
  return event(`customer.subscription.${type}`, at, {
    id: providerId,
    object: "subscription",
    status,
    cancel_at_period_end: false,
    cancel_at: null,
    ended_at: status === "canceled" ? at : null,
    metadata: { subscription_id: subscriptionId },
    items: { data: [{ current_period_start: from, current_period_end: from + 30 * DAY }] },
    ...more,
  });
}

/** The bill of the so-manieth period: paid, or open after a try that failed. */
export function invoiceEvent(
  { subscriptionId, providerId, from }: Begun,
  period: number,
  paid: boolean,
  changes: Record<string, unknown> = {},
): ProviderEvent {
  const start = from + (period - 1) * 30 * DAY;
  return event(paid ? "invoice.paid" : "invoice.payment_failed", start + (paid ? 60 : 30), {
    id: `in_${period}_${providerId}`,
    object: "invoice",
    status: paid ? "paid" : "open",
    attempted: true,
    currency: "idr",
    amount_paid: paid ? FEE : 0,
    status_transitions: { paid_at: paid ? start + 60 : null },
    lines: { data: [{ period: { start, end: start + 30 * DAY } }] },
    parent: { subscription_details: { subscription: providerId, metadata: { subscription_id: subscriptionId } } },
    ...changes,
  });
}

/** invoice_payment.paid: which capture paid a bill. */
export function captureEvent({ providerId, from }: Begun, period: number): ProviderEvent {
  return event("invoice_payment.paid", from, {
    id: `inpay_${period}_${providerId}`,
    object: "invoice_payment",
    invoice: `in_${period}_${providerId}`,
    payment: { type: "payment_intent", payment_intent: `pi_${period}_${providerId}` },
  });
}

/** What became of it: comparable, without ids and times. */
export async function stateOf(sql: Sql, { subscriptionId }: Begun) {
  const [row] = await sql`
    select subscriptions.status, nullif(private.subscription_lock(subscriptions.id), '') as lock, cancels_at is not null as cancels,
      extract(epoch from period_ends_at)::bigint as ends,
      array(select orders.status || ' ' || orders.total_amount || ' ' || payments.status || ' ' || coalesce(payments.provider_payment_id, '-')
        from private.subscription_invoices join public.orders on orders.id = subscription_invoices.order_id
        join public.payments on payments.order_id = orders.id
        where subscription_invoices.subscription_id = subscriptions.id order by subscription_invoices.period_ends_at) as orders
    from public.subscriptions where id = ${subscriptionId}`;
  return row;
}

/** Cancels (with the period, or `now`) or resumes one. */
export const act = (sql: Sql, { personId, subscriptionId }: Begun, verb: string, now = false) =>
  actingAs(sql, personId, async (tx) => {
    const [row] =
      verb === "cancel_subscription"
        ? await tx`select public.cancel_subscription(${subscriptionId}, ${!now}) as subscription`
        : await tx`select public.resume_subscription(${subscriptionId}) as subscription`;
    return row?.subscription;
  });

/** A subscription whose first period is paid. */
export const open = async (sql: Sql): Promise<Begun> => {
  const it = await begun(sql);
  expect(await deliver(sql, invoiceEvent(it, 1, true))).toBe("applied");
  return it;
};
