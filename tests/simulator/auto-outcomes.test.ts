import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { useProvider } from "./provider.ts";
import { until } from "./until.ts";

const provider = useProvider();

async function settled(id: string, type: Stripe.Event["type"]): Promise<Stripe.Checkout.Session> {
  const event = await until(type, () =>
    provider.shop
      .events()
      .find((each) => each.type === type && (each.data.object as Stripe.Checkout.Session).id === id),
  );
  return event.data.object as Stripe.Checkout.Session;
}

describe("an amount that decides itself", () => {
  it("ends in 99: the e-wallet takes over, and later the money is there", async () => {
    const { id } = await provider.session({ amount: 15_000_099 });
    const taken = await settled(id, "checkout.session.completed");
    expect(taken).toMatchObject({ status: "complete", payment_status: "unpaid" });
    const paid = await settled(id, "checkout.session.async_payment_succeeded");
    expect(paid).toMatchObject({ payment_status: "paid", metadata: { payment_id: "payment-1" } });
    const intent = await provider.stripe.paymentIntents.retrieve(paid.payment_intent as string);
    expect(intent).toMatchObject({ status: "succeeded", amount_received: 15_000_099 });
    await provider.delivered();
    const types = provider.shop.events().map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(["payment_intent.processing", "charge.pending", "payment_intent.succeeded"]),
    );
  });

  it("ends in 11: the e-wallet takes over, and later it says no", async () => {
    const { id } = await provider.session({ amount: 15_000_011 });
    const failed = await settled(id, "checkout.session.async_payment_failed");
    expect(failed).toMatchObject({ status: "complete", payment_status: "unpaid" });
    const intent = await provider.stripe.paymentIntents.retrieve(failed.payment_intent as string);
    expect(intent).toMatchObject({ status: "requires_payment_method", amount_received: 0 });
    expect(intent.last_payment_error?.code).toBe("payment_method_provider_decline");
    expect((await provider.truth()).totals.idr?.captured).toBe(0);
  });

  it("takes the set time, counted from the creation of the session", async () => {
    await provider.control("PUT", "/simulator/settings", { delay_ms: "60000-60000" });
    const { id } = await provider.session({ amount: 99 });
    const state = async () => (await provider.stripe.checkout.sessions.retrieve(id)).payment_status;
    await provider.control("POST", "/simulator/advance", { seconds: 55 });
    expect(await state()).toBe("unpaid");
    await provider.control("POST", "/simulator/advance", { seconds: 6 });
    await until("the payment", async () => (await state()) === "paid");
  });

  it("can be paid by a person first, and is then paid once", async () => {
    await provider.control("PUT", "/simulator/settings", { delay_ms: 60_000 });
    const { id } = await provider.session({ amount: 15_000_099 });
    await provider.control("POST", `/simulator/sessions/${id}/pay`);
    await provider.control("POST", "/simulator/advance", { seconds: 120 });
    expect((await provider.truth()).totals.idr?.captured).toBe(15_000_099);
    expect((await provider.truth()).charges).toHaveLength(1);
  });

  it("does not come to life again after the shop expired it", async () => {
    await provider.control("PUT", "/simulator/settings", { delay_ms: 60_000 });
    const { id } = await provider.session({ amount: 15_000_099 });
    await provider.stripe.checkout.sessions.expire(id);
    await provider.control("POST", "/simulator/advance", { seconds: 120 });
    expect((await provider.stripe.checkout.sessions.retrieve(id)).status).toBe("expired");
    expect((await provider.truth()).charges).toHaveLength(0);
  });

  it("other amounts wait for a person", async () => {
    await provider.control("PUT", "/simulator/settings", { delay_ms: 0 });
    const { id } = await provider.session({ amount: 15_000_000 });
    await provider.control("POST", "/simulator/advance", { seconds: 600 });
    expect((await provider.stripe.checkout.sessions.retrieve(id)).status).toBe("open");
  });
});
