import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { ProviderRefusal } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { handToInbox } from "../hand-to-inbox.ts";
import { providerOf } from "../provider-of.ts";
import type { EventTask } from "./task.ts";

type AskedPayment = {
  id: string;
  provider: string;
  provider_payment_id: string;
  amount: number | null;
  /** Names one request: another one after a refusal gets a key of its own. */
  key: string;
};

/**
 * payment.capture_requested, payment.void_requested: asks the provider to take an authorised payment or to let it go. The key names the request, so
 * no repetition acts twice; the answer goes through the inbox like a webhook, whichever of the two comes first.
 */
export const sendCapture: EventTask = async (job, context) => {
  const { sql, providers, log } = context;
  const [payment] = await sql<AskedPayment[]>`
    select id, provider, provider_payment_id, capture_asked_amount as amount,
      id || '_' || extract(epoch from coalesce(capture_asked_at, void_asked_at)) as key
    from public.payments
    where id = ${job.subject_id} and status = 'authorized' and (capture_asked_at is not null or void_asked_at is not null)`;
  if (!payment) return;
  const provider = providerOf(providers, payment.provider);
  try {
    if (!provider.capture)
      throw new ProviderRefusal("capture_not_offered", `The payment provider ${provider.name} authorises nothing.`);
    const step = payment.amount === null ? "void" : "capture";
    await failpoint(`${step}.read`, payment.id);
    const event = await provider.capture(payment);
    await failpoint(`${step}.sent`, payment.id);
    const outcome = await handToInbox(context, provider.name, event, "answer");
    await failpoint(`${step}.recorded`, payment.id);
    log.info({ payment_id: payment.id, outcome }, "capture or void sent");
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    await context.complete(async (transaction) => {
      await transaction`select private.refuse_capture(${payment.id}, ${error.code})`;
    });
    log.error({ payment_id: payment.id, code: error.code }, "the provider refused to capture or void a payment");
  }
};
