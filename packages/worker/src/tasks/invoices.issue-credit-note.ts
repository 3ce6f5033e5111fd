import type { EventTask } from "./task.ts";

/** refund.succeeded: issues the credit note, unless the money never was a sale. */
export const issueCreditNote: EventTask = async (job, context) => {
  await context.complete(async (transaction) => {
    await transaction`select private.issue_credit_note(${job.subject_id})`;
  });
};
