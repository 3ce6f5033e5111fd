import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { ProviderRefusal } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { providerOf } from "../provider-of.ts";
import type { EventTask, RunContext } from "./task.ts";

type RefundRow = {
  id: string;
  order_id: string;
  amount: number;
  provider: string;
  method: string;
  provider_payment_id: string | null;
  maybe_sent: boolean;
  attempt: number;
  disputed: boolean;
};

/**
 * refund.requested: asks the provider to give the money back; what came by bank transfer staff send back by hand. The provider takes each refund
 * and attempt once; as it forgets keys after a day, an older request first looks whether it was already made.
 */
export const sendRefund: EventTask = async (job, context) => {
  const { sql, providers } = context;
  const [refund] = await sql<RefundRow[]>`
    select refunds.id, refunds.order_id, refunds.amount, payments.provider, payments.method, payments.provider_payment_id,
      refunds.attempt, payments.disputed_amount > 0 and refunds.amount > payments.captured_amount - payments.refunded_amount - payments.disputed_amount as disputed,
      refunds.requested_at < now() - interval '20 hours' as maybe_sent
    from public.refunds
    join public.payments on payments.id = refunds.payment_id
    where refunds.id = ${job.subject_id} and refunds.status = 'pending' and refunds.provider_refund_id is null
      and payments.provider in ('stripe', 'ewallet')`;
  if (!refund) return;
  const { provider_payment_id } = refund;
  if (!provider_payment_id && refund.method === "subscription") {
    throw new Error("The provider has not said yet which capture paid this bill; subscriptions.reconcile asks it.");
  }
  if (!provider_payment_id) {
    return await record(context, refund.id, null, "failed", "The payment has no provider payment to refund.");
  }
  if (refund.disputed) return await record(context, refund.id, null, "failed", "charge_disputed");
  try {
    await failpoint("refund.read", refund.id);
    const made = await providerOf(providers, refund.provider).refund({ ...refund, provider_payment_id });
    await failpoint("refund.sent", refund.id);
    await record(context, refund.id, made.id, made.status, made.failure);
    await failpoint("refund.recorded", refund.id);
  } catch (error) {
    // A refusal is an answer: the refund has failed, and staff see it. Everything else is tried again.
    if (!(error instanceof ProviderRefusal)) throw error;
    await record(context, refund.id, null, "failed", error.code);
  }
};

async function record(
  context: Pick<RunContext, "log"> & Parameters<EventTask>[1],
  refundId: string,
  providerRefundId: string | null,
  status: string,
  failure: string | null,
): Promise<void> {
  await context.complete(async (transaction) => {
    await transaction`select private.record_refund_result(${refundId}, ${providerRefundId}, ${status}, ${failure})`;
  });
  context.log.info({ refund_id: refundId, status, failure }, "refund sent");
}
