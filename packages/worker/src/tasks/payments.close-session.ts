import Stripe from "stripe";
import type { EventTask } from "./task.ts";

/**
 * payment.cancelled: closes the payment page or intent of an attempt whose order ended or was paid otherwise, so that nobody pays for
 * something that is gone. A page that was paid or closed before stays as it is: its payment comes back as a provider event.
 */
export const closeSession: EventTask = async (job, { sql, stripe, log }) => {
  const [payment] = await sql<{ session_id: string }[]>`
    select session_id
    from public.payments
    where id = ${job.subject_id} and session_id is not null and captured_amount = 0 and status in ('cancelled', 'expired')`;
  if (!payment) return;
  try {
    if (payment.session_id.startsWith("pi_")) await stripe.paymentIntents.cancel(payment.session_id);
    else await stripe.checkout.sessions.expire(payment.session_id);
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    log.info({ session_id: payment.session_id, code: error.code }, "the session was closed before");
  }
};
