import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { capabilityOf, providerOf } from "../provider-of.ts";
import type { EventTask } from "./task.ts";

/** payment_method.removed: takes a method that its owner took away from the provider too. One that is gone there already stays so. */
export const detachMethod: EventTask = async (job, { sql, providers, log }) => {
  const [method] = await sql<{ provider: string; provider_method_id: string }[]>`
    select provider, provider_method_id from private.provider_methods where payment_method_id = ${job.subject_id}`;
  if (!method) return;
  const provider = providerOf(providers, method.provider);
  await failpoint("detach.read", job.subject_id);
  const detached = await capabilityOf(provider, "savedMethods").detach(method.provider_method_id);
  await failpoint("detach.sent", job.subject_id);
  if (!detached) log.info({ payment_method_id: job.subject_id }, "the method was detached before");
};
