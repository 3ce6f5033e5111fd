import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { refusal, useProvider } from "./provider.ts";

const provider = useProvider();
const create = (change: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  provider.stripe.paymentIntents.create({
    amount: 2_500,
    currency: "usd",
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    metadata: { payment_id: "payment-1" },
    ...change,
  });

describe("a payment intent", () => {
  it("waits for a payment method, then for its confirmation, then it is paid", async () => {
    const intent = await create();
    expect(intent).toMatchObject({ status: "requires_payment_method", amount: 2_500, amount_received: 0 });
    expect(intent.id).toMatch(/^pi_/);
    const paid = await provider.stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" });
    expect(paid).toMatchObject({ status: "succeeded", amount_received: 2_500 });
    expect(paid.latest_charge).toMatch(/^ch_/);
  });

  it("can be confirmed at its creation", async () => {
    const intent = await create({ payment_method: "pm_card_mastercard", confirm: true, expand: ["latest_charge"] });
    expect(intent.status).toBe("succeeded");
    expect((intent.latest_charge as Stripe.Charge).payment_method_details?.card).toMatchObject({
      brand: "mastercard",
      last4: "4444",
    });
  });

  it.each([
    ["pm_card_visa_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", ""],
    ["pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", ""],
  ])("is refused with %s as Stripe refuses it", async (payment_method, code, declineCode) => {
    const intent = await create();
    const error = await refusal(provider.stripe.paymentIntents.confirm(intent.id, { payment_method }));
    expect(error).toMatchObject({ type: "StripeCardError", statusCode: 402, code, decline_code: declineCode });
    expect(error.payment_intent).toMatchObject({ id: intent.id, status: "requires_payment_method" });
    const charge = await provider.stripe.charges.retrieve(error.charge as string);
    expect(charge).toMatchObject({ status: "failed", paid: false, failure_code: code });
    expect((await provider.truth()).totals.usd?.captured).toBe(0);
  });

  it("needs the buyer's bank for a card that asks for it, and is declined when the buyer is away", async () => {
    const intent = await create();
    const payment_method = "pm_card_authenticationRequired";
    const away = await refusal(
      provider.stripe.paymentIntents.confirm(intent.id, { payment_method, off_session: true }),
    );
    expect(away).toMatchObject({ statusCode: 402, code: "authentication_required" });
    const asked = await provider.stripe.paymentIntents.confirm(intent.id, { payment_method });
    expect(asked.status).toBe("requires_action");
  });

  it("is authorised first and captured later, fully or in part", async () => {
    const intent = await create({ capture_method: "manual", payment_method: "pm_card_visa", confirm: true });
    expect(intent).toMatchObject({ status: "requires_capture", amount_capturable: 2_500, amount_received: 0 });
    const over = await refusal(provider.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2_501 }));
    expect(over.code).toBe("amount_too_large");
    const captured = await provider.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2_000 });
    expect(captured).toMatchObject({ status: "succeeded", amount_received: 2_000, amount_capturable: 0 });
  });

  it("can be cancelled until it is paid", async () => {
    const intent = await create();
    const ended = await provider.stripe.paymentIntents.cancel(intent.id, { cancellation_reason: "abandoned" });
    expect(ended).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
    const error = await refusal(provider.stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" }));
    expect(error).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
    const paid = await create({ payment_method: "pm_card_visa", confirm: true });
    expect((await refusal(provider.stripe.paymentIntents.cancel(paid.id))).code).toBe(
      "payment_intent_unexpected_state",
    );
  });

  it("asks for a return address when a payment method might redirect", async () => {
    const intent = await provider.stripe.paymentIntents.create({ amount: 2_500, currency: "usd" });
    const payment_method = "pm_card_visa";
    const error = await refusal(provider.stripe.paymentIntents.confirm(intent.id, { payment_method }));
    expect(error.message).toContain("return_url");
    const return_url = "https://shop.example/back";
    const paid = await provider.stripe.paymentIntents.confirm(intent.id, { payment_method, return_url });
    expect(paid.status).toBe("succeeded");
  });

  it("refuses an amount below what Stripe takes", async () => {
    expect(await refusal(create({ amount: 49 }))).toMatchObject({ code: "amount_too_small", param: "amount" });
    expect(await refusal(create({ amount: 100_000_000 }))).toMatchObject({ code: "amount_too_large" });
  });

  it("refuses a payment method that nobody knows", async () => {
    const error = await refusal(create({ payment_method: "pm_unknown" }));
    expect(error).toMatchObject({ code: "resource_missing", param: "payment_method" });
  });

  it("belongs to a customer and is found by it", async () => {
    const customer = await provider.stripe.customers.create({ email: "a@example.com" });
    const intent = await create({ customer: customer.id });
    await create();
    const { data } = await provider.stripe.paymentIntents.list({ customer: customer.id });
    expect(data.map(({ id }) => id)).toEqual([intent.id]);
  });
});
