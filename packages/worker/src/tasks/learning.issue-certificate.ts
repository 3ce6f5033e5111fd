import type { EventTask } from "./task.ts";

/** course.completed: issues the certificate, where the course has one. Its document follows by the event of its own. */
export const issueCertificate: EventTask = async (job, context) => {
  const verifyBase = `${context.settings.storefrontUrl}/certificates/`;
  await context.complete(async (transaction) => {
    await transaction`select private.issue_certificate(${job.subject_id}, ${verifyBase})`;
  });
};
