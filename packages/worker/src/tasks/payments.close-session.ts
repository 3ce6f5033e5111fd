import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { providerOf } from "../provider-of.ts";
import type { EventTask } from "./task.ts";

/**
 * payment.cancelled, payment.failed: closes the payment page or intent of an attempt that is over, because its order ended, was paid otherwise, or it
 * came to nothing, so that nobody pays by it any more. One that was paid or closed before stays as it is: its payment comes back as a provider event.
 */
export const closeSession: EventTask = async (job, { sql, providers, log }) => {
  const [payment] = await sql<{ provider: string; session_id: string }[]>`
    select provider, session_id
    from public.payments
    where id = ${job.subject_id} and session_id is not null and captured_amount = 0 and status in ('cancelled', 'expired', 'failed')`;
  if (!payment) return;
  await failpoint("close.read", job.subject_id);
  const closed = await providerOf(providers, payment.provider).close(payment.session_id);
  await failpoint("close.sent", job.subject_id);
  if (!closed) log.info({ session_id: payment.session_id }, "the session was closed before");
};
