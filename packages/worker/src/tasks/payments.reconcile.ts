import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import {
  type KnownPayment,
  type ProviderEvent,
  type ProviderName,
  ProviderRefusal,
} from "../../../../supabase/functions/_shared/payments/provider.ts";
import { askEachProvider } from "../ask-each-provider.ts";
import { handToInbox } from "../hand-to-inbox.ts";
import { providerOf } from "../provider-of.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

const MOST = 1_000;

type OpenPayment = KnownPayment & { id: string; provider: ProviderName };

/**
 * Every two minutes: asks the provider about payments that stay open, and hands what it says to the inbox as an event. So a lost
 * webhook delays a sale by minutes and never loses it, and a provider that is away delays no other's. Answers how many payments moved.
 */
export const reconcilePayments: ScheduledTask = async (context) => {
  const { sql, log } = context;
  const payments = await sql<
    OpenPayment[]
  >`select id, provider, session_id, provider_payment_id, status from private.open_payments(interval '2 minutes', ${MOST})`;
  let moved = 0;
  const follow = async (payment: OpenPayment) => {
    if (await reconcile(payment, context)) moved++;
  };
  try {
    await askEachProvider(payments, follow, context);
  } finally {
    if (moved > 0) log.warn({ moved }, "payments were healed by reconciliation: webhooks are late or lost");
  }
  return moved;
};

async function reconcile(payment: OpenPayment, context: RunContext): Promise<boolean> {
  const event = await ask(payment, context);
  if (!event) return false;
  await failpoint("reconcile.asked", payment.id);
  const outcome = await handToInbox(context, payment.provider, event, "reading");
  await failpoint("reconcile.recorded", payment.id);
  if (outcome !== "duplicate")
    context.log.info({ payment_id: payment.id, event_id: event.id, outcome }, "payment reconciled");
  return outcome === "applied";
}

async function ask(payment: OpenPayment, { providers, log }: RunContext): Promise<ProviderEvent | null> {
  try {
    return await providerOf(providers, payment.provider).retrieve(payment);
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    log.error({ err: error, payment_id: payment.id }, "the provider does not know this payment's session");
    return null;
  }
}
