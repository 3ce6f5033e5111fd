import Stripe from "stripe";
import type { EventTask } from "./task.ts";

type Charge = {
  order_id: string;
  number: string;
  amount: number;
  currency: string;
  is_owed: boolean;
  provider_customer_id: string;
  provider_method_id: string;
  is_old: boolean;
};

/**
 * payment.charge_requested: charges a saved method while nobody is at the screen. The idempotency key is the payment, so that no repetition
 * and no second worker charges twice; Stripe forgets keys after a day, so an older request first looks whether it was already made. What
 * Stripe answers goes the way of its events; a decline is an answer too.
 */
export const chargeSavedMethod: EventTask = async (job, context) => {
  const { sql, stripe } = context;
  const paymentId = String(job.subject_id);
  const [charge] = await sql<Charge[]>`select * from private.charge_to_make(${paymentId})`;
  if (!charge) return;
  if (!charge.is_owed) {
    await context.complete(async (transaction) => {
      await transaction`select private.fail_payment(${paymentId}, 'expired', null, null)`;
    });
    return;
  }
  let intent: Stripe.PaymentIntent | undefined;
  try {
    intent = (charge.is_old ? await findAtStripe(stripe, charge, paymentId) : undefined) ?? (await make(charge));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError))
      throw error;
    const declined = error.payment_intent;
    await context.complete(async (transaction) => {
      if (declined) await transaction`select private.attach_payment_session(${paymentId}, ${declined.id}, null, null)`;
      const code = error.decline_code ?? error.code ?? "payment_failed";
      await transaction`select private.fail_payment(${paymentId}, 'failed', ${code}, ${error.message})`;
    });
    // Nobody has its secret; closed all the same, so that the provider's list shows what is still open.
    if (declined) await stripe.paymentIntents.cancel(declined.id).catch(() => undefined);
    context.log.info({ payment_id: paymentId, code: error.code }, "a saved method was declined");
    return;
  }
  await tell(context, paymentId, intent);

  function make({ order_id, number, amount, currency, provider_customer_id, provider_method_id }: Charge) {
    return stripe.paymentIntents.create(
      {
        amount,
        currency: currency.toLowerCase(),
        customer: provider_customer_id,
        payment_method: provider_method_id,
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
        off_session: true,
        confirm: true,
        description: `Order ${number}`,
        metadata: { order_id, payment_id: paymentId },
      },
      { idempotencyKey: `charge_${paymentId}` },
    );
  }
};

async function findAtStripe(
  stripe: Stripe,
  { provider_customer_id }: Charge,
  paymentId: string,
): Promise<Stripe.PaymentIntent | undefined> {
  for await (const intent of stripe.paymentIntents.list({ customer: provider_customer_id, limit: 100 })) {
    if (intent.metadata.payment_id === paymentId) return intent;
  }
  return undefined;
}

async function tell(context: Parameters<EventTask>[1], paymentId: string, intent: Stripe.PaymentIntent): Promise<void> {
  const type = "payment_intent.charged";
  const eventId = `charge_${intent.id}_${intent.status}`;
  const payload = JSON.stringify({ id: eventId, type, data: { object: intent } });
  await context.complete(async (transaction) => {
    await transaction`select private.attach_payment_session(${paymentId}, ${intent.id}, null, null)`;
    await transaction`select public.receive_provider_event('stripe', ${eventId}, ${type}, ${payload}::text::jsonb)`;
  });
}
