import Stripe from "stripe";
import { correlated } from "../database.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

const AT_ONCE = 4;
const MOST = 200;

type OpenPayment = { id: string; session_id: string | null };

/**
 * Every two minutes: asks the provider about payments that stay open, and hands what it says to the inbox as an event. So a lost
 * webhook delays a sale by minutes and never loses it. Answers how many payments moved.
 */
export const reconcilePayments: ScheduledTask = async (context) => {
  const { sql, signal, log } = context;
  const payments = await sql<OpenPayment[]>`
    select id, session_id from private.open_payments(interval '2 minutes', ${MOST}) where session_id is not null`;
  let moved = 0;
  for (let start = 0; start < payments.length && !signal.aborted; start += AT_ONCE) {
    const results = await Promise.all(
      payments.slice(start, start + AT_ONCE).map((payment) => reconcile(payment, context)),
    );
    moved += results.filter(Boolean).length;
  }
  if (moved > 0) log.warn({ moved }, "payments were healed by reconciliation: webhooks are late or lost");
  return moved;
};

async function reconcile(payment: OpenPayment, context: RunContext): Promise<boolean> {
  const { sql, stripe, log, correlationId } = context;
  const sessionId = payment.session_id ?? "";
  let session: Stripe.Checkout.Session;
  try {
    session = await stripe.checkout.sessions.retrieve(sessionId);
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    log.error({ err: error, payment_id: payment.id, session_id: sessionId }, "the provider does not know this session");
    return false;
  }
  if (session.status === "open") return false;
  const eventId = `reconcile_${session.id}_${session.status}_${session.payment_status}`;
  // Only what the inbox reads; text, since the driver would encode an object a second time.
  const payload = JSON.stringify({ id: eventId, type: "checkout.session.reconciled", data: { object: session } });
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ answer: { outcome: string } }[]>`
      select public.receive_provider_event('stripe', ${eventId}, 'checkout.session.reconciled', ${payload}::text::jsonb) as answer`,
  );
  log.info({ payment_id: payment.id, session_id: session.id, outcome: row?.answer.outcome }, "payment reconciled");
  return row?.answer.outcome === "applied";
}
