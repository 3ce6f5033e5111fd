import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { EventTask } from "./task.ts";

/** order.paid: issues the invoice, unless there was nothing to pay. Its document follows by the event of its own. */
export const issueInvoice: EventTask = async (job, context) => {
  await failpoint("invoice.started", job.subject_id);
  await context.complete(async (transaction) => {
    await transaction`select private.issue_invoice(${job.subject_id})`;
    await failpoint("invoice.numbered", job.subject_id);
  });
  await failpoint("invoice.issued", job.subject_id);
};
