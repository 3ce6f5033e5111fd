import type { EventTask } from "./task.ts";

/** refund.succeeded, receivable.written_back: issues the credit note, unless the money never was a sale. */
export const issueCreditNote: EventTask = async (job, context) => {
  await context.complete(async (transaction) => {
    // the subject is a refund or a transaction of the ledger; the other of the two finds nothing
    await transaction`select private.issue_credit_note(${job.subject_id}), private.issue_credit_note_of_debt(${job.subject_id})`;
  });
};
