import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { sendToProduction } from "../send-to-production.ts";
import type { EventTask } from "./task.ts";

type OrderDocument = { effect_key: string; order: { number: string } } & Record<string, unknown>;

/**
 * order.paid, and order.reviewed of one that waited for a person before it could be handed over: hands the order to the production system. 2xx means
 * that it is done; 202 that the system has taken it and will report on the process by the function process-update. The idempotency key is the effect
 * key, so that no repetition makes anything twice.
 */
export const pushOrder: EventTask = async (job, context) => {
  const { sql, settings, log, signal, correlationId } = context;
  // There was one when this was queued: it is kept until there is one again.
  if (!settings.production) throw new Error("This worker knows no production system: set PRODUCTION_URL.");
  const [row] = await sql<{ document: OrderDocument | null }[]>`
    select private.production_document(${job.event_id}) as document`;
  if (!row?.document) {
    await context.complete(async (transaction) => {
      const [push] = await transaction<{ dropped: boolean }[]>`
        select private.drop_push(${job.process_id}, ${job.event_id}) as dropped`;
      if (!push?.dropped) throw new Error("The order is to be made again: the next attempt pushes it.");
    });
    return;
  }
  const { effect_key } = row.document;
  const call = { production: settings.production, signal, correlationId };
  await failpoint("push.read", job.subject_id);
  const answer = await sendToProduction(effect_key, { ...row.document, process_id: job.process_id }, call);
  await failpoint("push.sent", job.subject_id);
  log.info({ effect_key, status: answer.status }, "order pushed to production");
  if (answer.status === 202) await context.handOver(answer.message);
  else {
    await context.complete(async (transaction) => {
      await transaction`select private.finish_process(${job.process_id}, ${answer.message})`;
    });
  }
  await failpoint("push.recorded", job.subject_id);
};
