import type Stripe from "stripe";
import type { OpenedFields, PaymentFields } from "./provider.ts";
import { refusing } from "./stripe-refusing.ts";

/** PaymentIntents of attempts that are paid on a page of the shop's own. */
export function stripeFields(stripe: Stripe): PaymentFields {
  return {
    open: (wish) => refusing(() => open(stripe, wish)),
    retrieve: (id) => refusing(async () => toFields(await stripe.paymentIntents.retrieve(id))),
  };
}

// The key is the attempt: a repeated or concurrent request gets the same intent.
async function open(stripe: Stripe, { started, customerId }: Parameters<PaymentFields["open"]>[0]) {
  const { order, payment, customer } = started;
  const wish: Stripe.PaymentIntentCreateParams = {
    amount: payment.amount,
    currency: payment.currency.toLowerCase(),
    automatic_payment_methods: { enabled: true },
    ...(payment.capture_method === "manual" ? { capture_method: "manual" } : {}),
    description: `Order ${order.number}`,
    metadata: { order_id: order.id, payment_id: payment.id },
    ...(customer.email ? { receipt_email: customer.email } : {}),
    ...(customerId ? { customer: customerId, setup_future_usage: "off_session" } : {}),
  };
  const idempotencyKey = `${order.id}:${payment.attempt}:intent${customerId ? ":saved" : ""}`;
  return toFields(await stripe.paymentIntents.create(wish, { idempotencyKey }));
}

/** The part of an intent that a page of the shop's own needs. */
export function toFields({ id, client_secret }: Stripe.PaymentIntent | Stripe.SetupIntent): OpenedFields {
  return { id, client_secret };
}
