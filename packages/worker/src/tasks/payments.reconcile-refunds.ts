import Stripe from "stripe";
import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const MOST = 200;
const FINAL: Record<string, "success" | "failed"> = { succeeded: "success", failed: "failed", canceled: "failed" };

type SentRefund = { id: string; provider_refund_id: string };

/** Every ten minutes: asks the provider about refunds that were sent and stay pending; answers how many ended. */
export const reconcileRefunds: ScheduledTask = async ({ sql, stripe, log, correlationId, signal }) => {
  const refunds = await sql<SentRefund[]>`
    select id, provider_refund_id
    from public.refunds
    where status = 'pending' and provider_refund_id is not null and updated_at < now() - interval '2 minutes'
    order by created_at
    limit ${MOST}`;
  let ended = 0;
  for (const refund of refunds) {
    if (signal.aborted) break;
    try {
      const found = await stripe.refunds.retrieve(refund.provider_refund_id);
      const status = FINAL[found.status ?? ""];
      if (!status) continue;
      await correlated(sql, correlationId, async (transaction) => {
        await transaction`
          select private.record_refund_result(${refund.id}, ${found.id}, ${status}, ${found.failure_reason ?? null})`;
      });
      ended++;
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      log.error({ err: error, refund_id: refund.id }, "the provider does not know this refund");
    }
  }
  return ended;
};
