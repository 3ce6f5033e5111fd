import type { EventTask } from "./task.ts";

/**
 * waitlist.due: orders the seat that is held for somebody who agreed to be charged, and asks for the charge; if that cannot be, the offer is
 * mailed like any other. Order, charge and "done" are one transaction.
 */
export const takeOffer: EventTask = async (job, context) => {
  await context.complete(async (transaction) => {
    await transaction`select private.take_due_offer(${job.subject_id})`;
  });
};
