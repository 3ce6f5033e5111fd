import Stripe from "stripe";
import { correlated } from "../database.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

const AT_ONCE = 4;
const MOST = 1_000;

type OpenPayment = { id: string; session_id: string };
/** What the inbox is told: the session or intent as it is now, under the event type that its state means. */
type Finding = { object: Stripe.Checkout.Session | Stripe.PaymentIntent; type: string; state: string };

/**
 * Every two minutes: asks the provider about payments that stay open, and hands what it says to the inbox as an event. So a lost
 * webhook delays a sale by minutes and never loses it. Answers how many payments moved.
 */
export const reconcilePayments: ScheduledTask = async (context) => {
  const { sql, signal, log } = context;
  const payments = await sql<
    OpenPayment[]
  >`select id, session_id from private.open_payments(interval '2 minutes', ${MOST})`;
  let moved = 0;
  for (let start = 0; start < payments.length && !signal.aborted; start += AT_ONCE) {
    const batch = payments.slice(start, start + AT_ONCE);
    const results = await Promise.all(batch.map((payment) => reconcile(payment, context)));
    moved += results.filter(Boolean).length;
  }
  if (moved > 0) log.warn({ moved }, "payments were healed by reconciliation: webhooks are late or lost");
  return moved;
};

async function reconcile(payment: OpenPayment, context: RunContext): Promise<boolean> {
  const finding = await ask(payment, context);
  if (!finding) return false;
  const eventId = `reconcile_${finding.object.id}_${finding.state}`;
  // As text: the driver would encode an object that is a string already a second time.
  const payload = JSON.stringify({ id: eventId, type: finding.type, data: { object: finding.object } });
  const [row] = await correlated(
    context.sql,
    context.correlationId,
    (transaction) => transaction<{ answer: { outcome: string } }[]>`
      select public.receive_provider_event('stripe', ${eventId}, ${finding.type}, ${payload}::text::jsonb) as answer`,
  );
  const outcome = row?.answer.outcome;
  if (outcome !== "duplicate")
    context.log.info({ payment_id: payment.id, event_id: eventId, outcome }, "payment reconciled");
  return outcome === "applied";
}

async function ask(payment: OpenPayment, { stripe, log }: RunContext): Promise<Finding | null> {
  try {
    if (payment.session_id.startsWith("pi_"))
      return askIntent(await stripe.paymentIntents.retrieve(payment.session_id));
    const session = await stripe.checkout.sessions.retrieve(payment.session_id);
    if (session.status === "open") return null;
    const state = `${session.status}_${session.payment_status}`;
    // A complete session does not say whether a slow payment is still under way or has failed; its intent does.
    if (session.status === "complete" && session.payment_status === "unpaid" && session.payment_intent) {
      const intentId = typeof session.payment_intent === "string" ? session.payment_intent : session.payment_intent.id;
      const intent = await stripe.paymentIntents.retrieve(intentId);
      if (intent.status === "requires_payment_method" || intent.status === "canceled") {
        return { object: session, type: "checkout.session.async_payment_failed", state: `${state}_failed` };
      }
    }
    return { object: session, type: "checkout.session.reconciled", state };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    log.error({ err: error, payment_id: payment.id }, "the provider does not know this payment's session");
    return null;
  }
}

/** What an intent says of itself; null while the buyer has not tried. */
function askIntent(intent: Stripe.PaymentIntent): Finding | null {
  const decided = intent.status === "succeeded" || intent.status === "processing" || intent.status === "canceled";
  if (!decided && !(intent.status === "requires_payment_method" && intent.last_payment_error)) return null;
  return { object: intent, type: "payment_intent.reconciled", state: intent.status };
}
