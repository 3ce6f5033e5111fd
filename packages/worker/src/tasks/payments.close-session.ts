import Stripe from "stripe";
import type { EventTask } from "./task.ts";

/**
 * order.expired, order.cancelled: closes the payment pages of the order, so that nobody pays for something that is gone.
 * A page that was paid or closed before stays as it is: a payment that got through comes back as a provider event.
 */
export const closeSession: EventTask = async (job, { sql, stripe, log }) => {
  const sessions = await sql<{ session_id: string }[]>`
    select payments.session_id
    from public.payments
    join public.orders on orders.id = payments.order_id
    where payments.order_id = ${job.subject_id} and payments.session_id is not null
      and payments.captured_amount = 0 and orders.status in ('cancelled', 'expired')
    order by payments.attempt`;
  for (const { session_id } of sessions) {
    try {
      await stripe.checkout.sessions.expire(session_id);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      log.info({ session_id, code: error.code }, "the session was closed before");
    }
  }
};
