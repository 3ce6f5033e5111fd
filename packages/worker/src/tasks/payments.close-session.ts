import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { providerOf } from "../provider-of.ts";
import type { EventTask } from "./task.ts";

/**
 * payment.cancelled: closes the payment page or intent of an attempt whose order ended or was paid otherwise, so that nobody pays for
 * something that is gone. A page that was paid or closed before stays as it is: its payment comes back as a provider event.
 */
export const closeSession: EventTask = async (job, { sql, providers, log }) => {
  const [payment] = await sql<{ provider: string; session_id: string }[]>`
    select provider, session_id
    from public.payments
    where id = ${job.subject_id} and session_id is not null and captured_amount = 0 and status in ('cancelled', 'expired')`;
  if (!payment) return;
  await failpoint("close.read", job.subject_id);
  const closed = await providerOf(providers, payment.provider).close(payment.session_id);
  await failpoint("close.sent", job.subject_id);
  if (!closed) log.info({ session_id: payment.session_id }, "the session was closed before");
};
