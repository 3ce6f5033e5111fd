import Stripe from "stripe";
import type { EventTask } from "./task.ts";

/** payment_method.removed: takes a method that its owner took away from the provider too. One that is gone there already stays so. */
export const detachMethod: EventTask = async (job, { sql, stripe, log }) => {
  const [method] = await sql<{ provider_method_id: string }[]>`
    select provider_method_id from private.provider_methods where payment_method_id = ${job.subject_id}`;
  if (!method) return;
  try {
    await stripe.paymentMethods.detach(method.provider_method_id);
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    log.info({ code: error.code }, "the method was detached before");
  }
};
