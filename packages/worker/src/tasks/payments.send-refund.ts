import Stripe from "stripe";
import type { EventTask, RunContext } from "./task.ts";

type RefundRow = {
  id: string;
  order_id: string;
  amount: number;
  provider_payment_id: string | null;
  older_than_keys: boolean;
  attempt: number;
  disputed: boolean;
};

const RESULTS = {
  succeeded: "success",
  pending: "pending",
  requires_action: "pending",
  failed: "failed",
  canceled: "failed",
} as const;

/**
 * refund.requested: asks Stripe to give the money back; what came by bank transfer staff send back by hand. Its idempotency key is the refund's id, so that no repetition pays twice;
 * Stripe forgets keys after a day, so an older request first looks whether it was already made.
 */
export const sendRefund: EventTask = async (job, context) => {
  const { sql, stripe } = context;
  const [refund] = await sql<RefundRow[]>`
    select refunds.id, refunds.order_id, refunds.amount, payments.provider_payment_id,
      refunds.attempt, payments.disputed_amount > 0 and refunds.amount > payments.captured_amount - payments.refunded_amount - payments.disputed_amount as disputed,
      refunds.requested_at < now() - interval '20 hours' as older_than_keys
    from public.refunds
    join public.payments on payments.id = refunds.payment_id
    where refunds.id = ${job.subject_id} and refunds.status = 'pending' and refunds.provider_refund_id is null
      and payments.provider = 'stripe'`;
  if (!refund) return;
  if (!refund.provider_payment_id) {
    return await record(context, refund.id, null, "failed", "The payment has no provider payment to refund.");
  }
  if (refund.disputed) return await record(context, refund.id, null, "failed", "charge_disputed");
  try {
    const known = refund.older_than_keys ? await findAtStripe(stripe, refund.provider_payment_id, refund) : undefined;
    const made =
      known ??
      (await stripe.refunds.create(
        {
          payment_intent: refund.provider_payment_id,
          amount: refund.amount,
          metadata: { refund_id: refund.id, order_id: refund.order_id, attempt: String(refund.attempt) },
        },
        { idempotencyKey: keyOf(refund) },
      ));
    const status = RESULTS[(made.status ?? "pending") as keyof typeof RESULTS] ?? "pending";
    await record(context, refund.id, made.id, status, made.failure_reason ?? null);
  } catch (error) {
    // A refusal is an answer: the refund has failed, and staff see it. Everything else is tried again.
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    await record(context, refund.id, null, "failed", error.code ?? error.message);
  }
};

function keyOf({ id, attempt }: Pick<RefundRow, "id" | "attempt">): string {
  return attempt === 1 ? `refund_${id}` : `refund_${id}_${attempt}`;
}

async function findAtStripe(
  stripe: Stripe,
  paymentIntent: string,
  { id, attempt }: RefundRow,
): Promise<Stripe.Refund | undefined> {
  const refunds = await stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 });
  return refunds.data.find(
    ({ metadata }) => metadata?.refund_id === id && (metadata.attempt ?? "1") === String(attempt),
  );
}

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
