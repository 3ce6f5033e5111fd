import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { ProviderRefusal } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { askEachProvider } from "../ask-each-provider.ts";
import { correlated } from "../database.ts";
import { providerOf } from "../provider-of.ts";
import type { ScheduledTask } from "./task.ts";

const MOST = 200;

type SentRefund = { id: string; provider: string; provider_refund_id: string };

/** Every ten minutes: asks the provider about refunds that were sent and stay pending; answers how many ended. */
export const reconcileRefunds: ScheduledTask = async (context) => {
  const { sql, providers, log, correlationId } = context;
  const refunds = await sql<SentRefund[]>`
    select refunds.id, payments.provider, refunds.provider_refund_id
    from public.refunds join public.payments on payments.id = refunds.payment_id
    where refunds.status = 'pending' and refunds.provider_refund_id is not null and refunds.updated_at < now() - interval '2 minutes'
    order by refunds.created_at
    limit ${MOST}`;
  let ended = 0;
  const follow = async (refund: SentRefund) => {
    try {
      const found = await providerOf(providers, refund.provider).retrieveRefund(refund.provider_refund_id);
      if (found.status === "pending") return;
      await failpoint("refunds.asked", refund.id);
      await correlated(sql, correlationId, async (transaction) => {
        await transaction`
          select private.record_refund_result(${refund.id}, ${found.id}, ${found.status}, ${found.failure})`;
      });
      await failpoint("refunds.recorded", refund.id);
      ended++;
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      log.error({ err: error, refund_id: refund.id }, "the provider does not know this refund");
    }
  };
  await askEachProvider(refunds, follow, context);
  return ended;
};
