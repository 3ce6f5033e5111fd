import Stripe from "stripe";
import { z } from "zod";
import { Problem } from "../problem.ts";
import type {
  CaptureWish,
  KnownPayment,
  PaymentProvider,
  ProviderEvent,
  RefundAnswer,
  RefundWish,
} from "./provider.ts";
import { stripeFields } from "./stripe-fields.ts";
import { openSession } from "./stripe-page.ts";
import { refusing } from "./stripe-refusing.ts";
import { stripeSavedMethods } from "./stripe-saved-methods.ts";
import { stripeSubscriptions } from "./stripe-subscriptions.ts";

const TOLERANCE_SECONDS = 300;
/** The most event types that Stripe lists in one question. */
const TYPES_AT_ONCE = 20;

/** The events that the inbox knows what to do with; an endpoint at Stripe subscribes to these. */
export const STRIPE_EVENTS = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
  "payment_intent.succeeded",
  "payment_intent.processing",
  "payment_intent.payment_failed",
  "payment_intent.canceled",
  "payment_intent.amount_capturable_updated",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "charge.dispute.closed",
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "invoice.paid",
  "invoice.payment_failed",
  "invoice_payment.paid",
  "payment_method.attached",
  "payment_method.detached",
  "payment_method.automatically_updated",
] as const;

const REFUND_STATUS: Record<string, RefundAnswer["status"]> = {
  succeeded: "success",
  failed: "failed",
  canceled: "failed",
};

const Event = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  data: z.looseObject({ object: z.looseObject({ id: z.string() }) }),
});

/** Stripe: Checkout Sessions and PaymentIntents. Several `secrets` are accepted while one is being rotated. */
export function stripeProvider(stripe: Stripe, secrets: string[]): PaymentProvider {
  return {
    name: "stripe",
    openPage: (wish) => refusing(() => openSession(stripe, wish)),
    close: (sessionId) => close(stripe, sessionId),
    retrieve: (payment) => refusing(() => retrieve(stripe, payment)),
    capture: (wish) => refusing(() => capture(stripe, wish)),
    fields: stripeFields(stripe),
    savedMethods: stripeSavedMethods(stripe),
    subscriptions: stripeSubscriptions(stripe),
    refund: (wish) => refusing(() => refund(stripe, wish)),
    retrieveRefund: (id) => refusing(async () => toAnswer(await stripe.refunds.retrieve(id))),
    listEvents: (since) => listEvents(stripe, since),
    readWebhook: (body, headers) => readWebhook(stripe, secrets, body, headers.get("stripe-signature")),
  };
}

async function close(stripe: Stripe, id: string): Promise<boolean> {
  try {
    if (id.startsWith("pi_")) await stripe.paymentIntents.cancel(id);
    else await stripe.checkout.sessions.expire(id);
    return true;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    return false;
  }
}

async function retrieve(stripe: Stripe, payment: KnownPayment): Promise<ProviderEvent | null> {
  const { session_id, provider_payment_id, status } = payment;
  if (status === "authorized" && provider_payment_id)
    return ofIntent(await stripe.paymentIntents.retrieve(provider_payment_id));
  if (session_id.startsWith("pi_")) return ofIntent(await stripe.paymentIntents.retrieve(session_id));
  const session = await stripe.checkout.sessions.retrieve(session_id);
  if (session.status === "open") return null;
  const state = `${session.status}_${session.payment_status}`;
  // A complete session does not say whether a slow payment is still under way, has failed or waits to be captured; its intent does.
  if (session.status === "complete" && session.payment_status === "unpaid" && session.payment_intent) {
    const intentId = typeof session.payment_intent === "string" ? session.payment_intent : session.payment_intent.id;
    const intent = await stripe.paymentIntents.retrieve(intentId);
    if (intent.status === "requires_payment_method" || intent.status === "canceled")
      return retrieved("checkout.session.async_payment_failed", session, `${state}_failed`);
    if (intent.capture_method === "manual") return ofIntent(intent);
  }
  return retrieved("checkout.session.reconciled", session, state);
}

/** What an intent says of itself; null while the buyer has not tried. */
function ofIntent(intent: Stripe.PaymentIntent): ProviderEvent | null {
  const decided = ["succeeded", "processing", "requires_capture", "canceled"].includes(intent.status);
  if (!decided && !(intent.status === "requires_payment_method" && intent.last_payment_error)) return null;
  return retrieved("payment_intent.reconciled", intent, intent.status);
}

async function capture(stripe: Stripe, wish: CaptureWish): Promise<ProviderEvent> {
  const { provider_payment_id: id, amount, key } = wish;
  const options = { idempotencyKey: `capture_${key}` };
  const told = (intent: Stripe.PaymentIntent) => retrieved("payment_intent.reconciled", intent, intent.status);
  try {
    if (amount === null) return told(await stripe.paymentIntents.cancel(id, {}, options));
    return told(await stripe.paymentIntents.capture(id, { amount_to_capture: amount }, options));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    // Refused: mostly because it was taken or let go before, which the intent says itself.
    const intent = await stripe.paymentIntents.retrieve(id);
    if (intent.status === "requires_capture") throw error;
    return told(intent);
  }
}

function retrieved(type: string, object: { id: string }, state: string): ProviderEvent {
  return { id: `reconcile_${object.id}_${state}`, type, data: { object: object as ProviderEvent["data"]["object"] } };
}

// Its key is the refund's id, so that no repetition pays twice; Stripe forgets keys after a day, so an older one is looked for first.
async function refund(stripe: Stripe, wish: RefundWish): Promise<RefundAnswer> {
  const { id, attempt, order_id, provider_payment_id, amount } = wish;
  const sent = wish.maybe_sent ? await findRefund(stripe, wish) : undefined;
  if (sent) return toAnswer(sent);
  const metadata = { refund_id: id, order_id, attempt: String(attempt) };
  const idempotencyKey = attempt === 1 ? `refund_${id}` : `refund_${id}_${attempt}`;
  return toAnswer(
    await stripe.refunds.create({ payment_intent: provider_payment_id, amount, metadata }, { idempotencyKey }),
  );
}

async function findRefund(
  stripe: Stripe,
  { id, attempt, provider_payment_id }: RefundWish,
): Promise<Stripe.Refund | undefined> {
  const refunds = await stripe.refunds.list({ payment_intent: provider_payment_id, limit: 100 });
  return refunds.data.find(
    ({ metadata }) => metadata?.refund_id === id && (metadata.attempt ?? "1") === String(attempt),
  );
}

function toAnswer({ id, status, failure_reason }: Stripe.Refund): RefundAnswer {
  return { id, status: REFUND_STATUS[status ?? ""] ?? "pending", failure: failure_reason ?? null };
}

async function* listEvents(stripe: Stripe, since: Date): AsyncGenerator<ProviderEvent, void> {
  const created = { gte: Math.floor(since.getTime() / 1000) };
  for (let start = 0; start < STRIPE_EVENTS.length; start += TYPES_AT_ONCE) {
    const types = STRIPE_EVENTS.slice(start, start + TYPES_AT_ONCE);
    for await (const event of stripe.events.list({ types, created, limit: 100 }))
      yield event as unknown as ProviderEvent;
  }
}

async function readWebhook(
  stripe: Stripe,
  secrets: string[],
  body: string,
  signature: string | null,
): Promise<ProviderEvent> {
  if (secrets.length === 0) {
    throw new Problem("internal_error", 500, "The webhook has no signing secret.", {
      hint: "Set STRIPE_WEBHOOK_SECRETS to the endpoint's secret; several are separated by commas.",
    });
  }
  const crypto = Stripe.createSubtleCryptoProvider();
  for (const secret of isFromTheFuture(signature) ? [] : secrets) {
    try {
      const event = await stripe.webhooks.constructEventAsync(body, signature ?? "", secret, TOLERANCE_SECONDS, crypto);
      return Event.parse(event);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) continue;
      throw new Problem("webhook_body_invalid", 400, "The signed body is not a Stripe event.", { cause: error });
    }
  }
  throw new Problem("webhook_signature_invalid", 400, "The signature does not belong to this body, or is too old.", {
    hint: "Check that STRIPE_WEBHOOK_SECRETS holds this endpoint's secret and that the clock is right.",
  });
}

// Stripe's library refuses what is too old only; a signature dated ahead could be replayed for as long as it is ahead.
function isFromTheFuture(signature: string | null): boolean {
  const times = [...(signature ?? "").matchAll(/(?:^|,)\s*t=(\d+)/g)].map((match) => Number(match[1]));
  return times.some((time) => time > Date.now() / 1000 + TOLERANCE_SECONDS);
}
