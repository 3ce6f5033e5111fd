import { describe, expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { newPlan } from "../subscriptions/subscribing.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { useStack } from "../support/stack.ts";
import { atProvider, type Buyer, newBuyer, stripeOf } from "./provider.ts";

const stack = useStack();
const RETURN = { return_url: "http://shop.test/return" };

/** An order of a new buyer, and an intent to pay it. */
async function intended(): Promise<{
  buyer: Buyer;
  orderId: string;
  intentId: string;
  secret: string;
  paymentId: string;
}> {
  const buyer = await newBuyer(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: 110_000_50 });
  const { id } = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
  const { intent_id, client_secret, payment } = await buyer.seatline.checkout.createIntent({ order_id: id });
  return { buyer, orderId: id, intentId: intent_id, secret: client_secret, paymentId: payment.id };
}

describe("an intent", () => {
  test("pays the order once the provider has told so; a declined card leaves it open for another", async () => {
    const { buyer, orderId, intentId, secret } = await intended();
    const stripe = stripeOf(stack);
    const intent = await stripe.paymentIntents.retrieve(intentId);
    expect(intent).toMatchObject({
      amount: 110_000_50,
      currency: "idr",
      metadata: { order_id: orderId },
      client_secret: secret,
    });
    const declined = stripe.paymentIntents.confirm(intentId, { payment_method: "pm_card_chargeDeclined", ...RETURN });
    await expect(declined).rejects.toMatchObject({ code: "card_declined" });
    const payments = async () => (await buyer.seatline.orders.get(orderId)).payments;
    await expect
      .poll(payments)
      .toMatchObject([{ status: "pending", method: "payment_intent", failure_code: expect.any(String) }]);
    await stripe.paymentIntents.confirm(intentId, { payment_method: "pm_card_visa", ...RETURN });
    await expect.poll(async () => (await buyer.seatline.orders.get(orderId)).status).toBe("paid");
    expect(await payments()).toMatchObject([{ status: "success", attempt: 1 }]);
    const again = buyer.seatline.checkout.createIntent({ order_id: orderId });
    await expectRefusal(again, { code: "order_not_payable", status: 409 });
  });

  test("is the same one when asked again, by many at once too", async () => {
    const { buyer, orderId, intentId, secret } = await intended();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => buyer.seatline.checkout.createIntent({ order_id: orderId })),
    );
    for (const answer of answers) expect(answer).toMatchObject({ intent_id: intentId, client_secret: secret });
  });

  test("is closed at the provider when the order is cancelled or the buyer takes the provider's page", async () => {
    const stripe = stripeOf(stack);
    const [cancelled, switched] = [await intended(), await intended()];
    await cancelled.buyer.seatline.orders.cancel({ order_id: cancelled.orderId });
    const { payment } = await switched.buyer.seatline.checkout.start({ order_id: switched.orderId });
    expect(payment).toMatchObject({ attempt: 2, method: "checkout" });
    for (const { intentId } of [cancelled, switched])
      await expect.poll(async () => (await stripe.paymentIntents.retrieve(intentId)).status).toBe("canceled");
  });

  test("keeps the card it was paid with when asked to, which then pays another order; one is kept without paying, too", async () => {
    const stripe = stripeOf(stack);
    const buyer = await newBuyer(stack);
    const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: 90_000_50 });
    const { variantId: next } = await publishedIntake(stack.sql, { seats: 5, price: 80_000_50 });
    const order = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
    const { intent_id } = await buyer.seatline.checkout.createIntent({ order_id: order.id, save_method: true });
    await stripe.paymentIntents.confirm(intent_id, { payment_method: "pm_card_visa", ...RETURN });
    const kept = () => buyer.seatline.paymentMethods.list();
    await expect.poll(kept).toMatchObject([{ brand: "visa", last4: "4242", exp_year: 2034 }]);
    const { setup_intent_id, client_secret } = await buyer.seatline.paymentMethods.setup();
    expect(client_secret).toContain(setup_intent_id);
    await stripe.setupIntents.confirm(setup_intent_id, { payment_method: "pm_card_mastercard" });
    await expect.poll(async () => (await kept()).map(({ brand }) => brand)).toEqual(["visa", "mastercard"]);
    const mastercard = (await kept())[1]?.id as string;
    expect(await buyer.seatline.paymentMethods.setDefault(mastercard)).toMatchObject([{ id: mastercard }, {}]);
    const second = await buyer.seatline.orders.place({ lines: [{ variant_id: next, quantity: 1 }] });
    await buyer.seatline.paymentMethods.pay({ order_id: second.id });
    await expect.poll(async () => (await buyer.seatline.orders.get(second.id)).status).toBe("paid");
    expect(await buyer.seatline.paymentMethods.remove(mastercard)).toHaveLength(1);
    const gone = buyer.seatline.paymentMethods.pay({ order_id: second.id, payment_method_id: mastercard });
    await expectRefusal(gone, { code: "order_not_payable", status: 409 });
  });

  test("is opened for one's own order only", async () => {
    const [{ orderId }, stranger] = [await intended(), await newBuyer(stack)];
    const notFound = { code: "order_not_found", status: 404 };
    await expectRefusal(stranger.seatline.checkout.createIntent({ order_id: orderId }), notFound);
  });
});

test("with capture by hand, a card is charged when staff say so, and let go when they do not want it", async () => {
  await stack.sql`update public.settings set value = '"manual"' where key = 'payment_capture'`;
  const staff = createSeatline({ url: stack.urls.api, key: stack.keys.secretKey });
  try {
    const stripe = stripeOf(stack);
    const [taken, gone] = [await intended(), await intended()];
    for (const { buyer, orderId, intentId } of [taken, gone]) {
      await stripe.paymentIntents.confirm(intentId, { payment_method: "pm_card_visa", ...RETURN });
      const { payments } = buyer.seatline;
      await expect.poll(async () => (await payments.ofOrder(orderId)).payments[0]?.status).toBe("authorized");
    }
    const asked = await staff.payments.capture({ payment_id: taken.paymentId });
    expect(asked).toMatchObject({ capture_method: "manual", authorized_amount: 110_000_50, captured_amount: 0 });
    await staff.payments.void({ payment_id: gone.paymentId, reason: "not in stock after all" });
    const state = async ({ buyer, orderId }: typeof taken) => {
      const { status, due_amount, payments } = await buyer.seatline.payments.ofOrder(orderId);
      return [status, due_amount, payments[0]?.status];
    };
    await expect.poll(() => state(taken)).toEqual(["paid", 0, "success"]);
    await expect.poll(() => state(gone)).toEqual(["pending", 110_000_50, "cancelled"]);
    expect((await stripe.paymentIntents.retrieve(gone.intentId)).amount_received).toBe(0);
  } finally {
    await stack.sql`update public.settings set value = '"automatic"' where key = 'payment_capture'`;
  }
});

test("a subscription has one page, however often it is asked for; its payment begins it, and one is enough", async () => {
  const buyer = await newBuyer(stack);
  const { planId } = await newPlan(stack.sql);
  const start = () => buyer.seatline.subscriptions.start({ plan_id: planId });
  const { subscription, url } = await start();
  expect(subscription).toMatchObject({ status: "incomplete", checkout_url: url });
  expect(await start()).toMatchObject({ subscription: { id: subscription.id }, url });
  const [known] =
    await stack.sql`select session_id from private.provider_subscriptions where subscription_id = ${subscription.id}`;
  expect(await atProvider(stack, known?.session_id, "pay")).toBe(200);
  const mine = async () => (await buyer.seatline.subscriptions.mine()).map(({ id, status }) => `${id} ${status}`);
  await expect.poll(mine).toEqual([`${subscription.id} active`]);
  await expectRefusal(start(), { code: "already_subscribed", status: 409 });
  const none = buyer.seatline.subscriptions.start({ plan_id: crypto.randomUUID() });
  await expectRefusal(none, { code: "plan_not_found", status: 404 });
});
