import type { EventTask } from "./task.ts";

/** dispute.lost: puts the orders before a person that lived, by an edit, on the money that the bank took back. */
export const reviewSupplements: EventTask = async (job, context) => {
  await context.complete(async (transaction) => {
    await transaction`select private.review_supplements(${job.subject_id})`;
  });
};
