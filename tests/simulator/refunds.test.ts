import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { refusal, useProvider } from "./provider.ts";
import { until } from "./until.ts";

const provider = useProvider();

async function paid(payment_method = "pm_card_visa"): Promise<string> {
  const { id } = await provider.session({ amount: 10_000_000 });
  await provider.control("POST", `/simulator/sessions/${id}/pay`, { payment_method });
  const session = await provider.stripe.checkout.sessions.retrieve(id);
  return session.payment_intent as string;
}

async function chargeOf(intent: string): Promise<Stripe.Charge> {
  const { latest_charge } = await provider.stripe.paymentIntents.retrieve(intent, { expand: ["latest_charge"] });
  return latest_charge as Stripe.Charge;
}

describe("a refund", () => {
  it("gives everything back when no amount is named", async () => {
    const payment_intent = await paid();
    const refund = await provider.stripe.refunds.create({ payment_intent, metadata: { refund_id: "r1" } });
    expect(refund).toMatchObject({
      object: "refund",
      amount: 10_000_000,
      currency: "idr",
      payment_intent,
      status: "succeeded",
      metadata: { refund_id: "r1" },
    });
    expect(refund.id).toMatch(/^re_/);
    expect(await chargeOf(payment_intent)).toMatchObject({ amount_refunded: 10_000_000, refunded: true });
    expect((await provider.truth()).totals.idr).toEqual({ captured: 10_000_000, refunded: 10_000_000, disputed: 0 });
  });

  it("tells of its creation, of the charge, and of the bank's reference", async () => {
    const payment_intent = await paid();
    const { id } = await provider.stripe.refunds.create({ payment_intent });
    const updated = await until("refund.updated", () =>
      provider.shop.events().find(({ type }) => type === "refund.updated"),
    );
    expect((updated.data.object as Stripe.Refund).id).toBe(id);
    await provider.delivered();
    const types = provider.shop.events().map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(["refund.created", "charge.refunded", "refund.updated"]));
  });

  it("can be made in parts up to what was captured, and not one unit more", async () => {
    const payment_intent = await paid();
    await provider.stripe.refunds.create({ payment_intent, amount: 4_000_000 });
    expect(await chargeOf(payment_intent)).toMatchObject({ amount_refunded: 4_000_000, refunded: false });
    const over = await refusal(provider.stripe.refunds.create({ payment_intent, amount: 6_000_001 }));
    expect(over).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400, param: "amount" });
    await provider.stripe.refunds.create({ payment_intent, amount: 6_000_000 });
    const again = await refusal(provider.stripe.refunds.create({ payment_intent }));
    expect(again).toMatchObject({ statusCode: 400, code: "charge_already_refunded" });
    expect((await provider.truth()).totals.idr?.refunded).toBe(10_000_000);
  });

  it("never exceeds the capture when many come at once", async () => {
    const payment_intent = await paid();
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => provider.stripe.refunds.create({ payment_intent, amount: 3_000_000 })),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect((await provider.truth()).totals.idr?.refunded).toBe(9_000_000);
  });

  it("is refused for a payment that was not made", async () => {
    const { id } = await provider.session();
    await provider.control("POST", `/simulator/sessions/${id}/decline`);
    const { payment_intent } = await provider.stripe.checkout.sessions.retrieve(id);
    const error = await refusal(provider.stripe.refunds.create({ payment_intent: payment_intent as string }));
    expect(error).toMatchObject({ statusCode: 400, param: "payment_intent" });
    expect(await refusal(provider.stripe.refunds.create({ payment_intent: "pi_none" }))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
    expect((await refusal(provider.stripe.refunds.create({}))).code).toBe("parameter_missing");
  });

  it("can stay pending and succeed later", async () => {
    const payment_intent = await paid("pm_card_pendingRefund");
    const refund = await provider.stripe.refunds.create({ payment_intent });
    expect(refund.status).toBe("pending");
    await until("the refund to succeed", async () => {
      return (await provider.stripe.refunds.retrieve(refund.id)).status === "succeeded";
    });
  });

  it("can fail later, and then the charge is not refunded", async () => {
    const payment_intent = await paid("pm_card_refundFail");
    const refund = await provider.stripe.refunds.create({ payment_intent });
    expect(refund.status).toBe("succeeded");
    await until("refund.failed", () => provider.shop.events().find(({ type }) => type === "refund.failed"));
    const failed = await provider.stripe.refunds.retrieve(refund.id);
    expect(failed).toMatchObject({ status: "failed", failure_reason: "expired_or_canceled_card" });
    expect(await chargeOf(payment_intent)).toMatchObject({ amount_refunded: 0, refunded: false });
  });

  it("is found by its payment, newest first, and shown inside its charge", async () => {
    const payment_intent = await paid();
    await paid();
    const first = await provider.stripe.refunds.create({ payment_intent, amount: 1 });
    const second = await provider.stripe.refunds.create({ payment_intent, amount: 2, reason: "duplicate" });
    const { data } = await provider.stripe.refunds.list({ payment_intent, expand: ["data.charge"] });
    expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(data[0]?.charge).toMatchObject({ object: "charge", amount_refunded: 3 });
    const charge = await provider.stripe.charges.retrieve((await chargeOf(payment_intent)).id, { expand: ["refunds"] });
    expect(charge.refunds?.data.map(({ id }) => id)).toEqual([second.id, first.id]);
  });
});
