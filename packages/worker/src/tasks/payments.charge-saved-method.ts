import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { ChargeWish } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { intoInbox } from "../hand-to-inbox.ts";
import { capabilityOf, providerOf } from "../provider-of.ts";
import type { EventTask } from "./task.ts";

type Charge = Omit<ChargeWish, "payment_id"> & { provider: string; is_owed: boolean };

/**
 * payment.charge_requested: charges a saved method while nobody is at the screen. The provider takes each payment once, so that no repetition and
 * no second worker charges twice. What it answers goes the way of its events; a decline is an answer too.
 */
export const chargeSavedMethod: EventTask = async (job, context) => {
  const { sql, providers, log } = context;
  const paymentId = String(job.subject_id);
  const [charge] = await sql<Charge[]>`select *, is_old as maybe_sent from private.charge_to_make(${paymentId})`;
  if (!charge) return;
  if (!charge.is_owed) {
    await context.complete(async (transaction) => {
      await transaction`select private.fail_payment(${paymentId}, 'expired', null, null)`;
    });
    return;
  }
  const provider = providerOf(providers, charge.provider);
  await failpoint("charge.read", paymentId);
  const answer = await capabilityOf(provider, "savedMethods").charge({ ...charge, payment_id: paymentId });
  await failpoint("charge.sent", paymentId);
  if ("event" in answer) {
    // The result first: it locks the order before the payment, as the provider's own word of it does, which may come at this moment.
    await context.complete(async (transaction) => {
      await intoInbox(transaction, provider.name, answer.event, "answer");
      await transaction`select private.attach_payment_session(${paymentId}, ${answer.id}, null, null)`;
    });
    await failpoint("charge.recorded", paymentId);
    return;
  }
  const { id, declined } = answer;
  await context.complete(async (transaction) => {
    await transaction`select private.fail_payment(${paymentId}, 'failed', ${declined.code}, ${declined.message})`;
    if (id) await transaction`select private.attach_payment_session(${paymentId}, ${id}, null, null)`;
  });
  await failpoint("charge.declined", paymentId);
  log.info({ payment_id: paymentId, code: declined.code }, "a saved method was declined");
};
