import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { sendToProduction } from "../send-to-production.ts";
import type { EventTask } from "./task.ts";

type ChangeDocument = { wait: boolean; effect_key: string } & Record<string, unknown>;

/** It does not know the order: there is nothing to take back. */
const UNKNOWN = new Set([404]);

/**
 * order.cancelled, order.refunded, order.edited, order.reviewed: tells the production system about an order that it was given, as it is
 * now. One that it never had is not told; one that is being pushed at this moment is told after that.
 */
export const tellChange: EventTask = async (job, context) => {
  const { sql, settings, log, signal, correlationId } = context;
  // There was one when this was queued: it is kept until there is one again.
  if (!settings.production) throw new Error("This worker knows no production system: set PRODUCTION_URL.");
  const [row] = await sql<{ document: ChangeDocument | null }[]>`
    select private.production_change(${job.event_id}) as document`;
  if (!row?.document) return;
  const { wait, ...document } = row.document;
  if (wait) throw new Error("The order is being pushed to production: it is told afterwards.");
  const call = { production: settings.production, signal, correlationId, accepted: UNKNOWN };
  await failpoint("change.read", job.subject_id);
  const answer = await sendToProduction(document.effect_key, { ...document, process_id: job.process_id }, call);
  await failpoint("change.sent", job.subject_id);
  log.info({ effect_key: document.effect_key, status: answer.status }, "change told to production");
  if (answer.status === 202) await context.handOver(answer.message);
  else {
    await context.complete(async (transaction) => {
      await transaction`select private.finish_process(${job.process_id}, ${answer.message})`;
    });
  }
  await failpoint("change.recorded", job.subject_id);
};
