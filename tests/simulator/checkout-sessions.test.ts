import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { refusal, useProvider } from "./provider.ts";
import { until } from "./until.ts";

const provider = useProvider();
const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const typesOf = (events: Stripe.Event[]) => events.map(({ type }) => type).toSorted();

describe("a checkout session", () => {
  it("is made with lines, amounts, references and a page to pay on", async () => {
    const session = await provider.session({
      line_items: [
        { price_data: { currency: "idr", unit_amount: 5_000_000, product_data: { name: "Course" } }, quantity: 2 },
        { price_data: { currency: "idr", unit_amount: 250_000, product_data: { name: "Book" } }, quantity: 1 },
      ],
    });
    expect(session).toMatchObject({
      object: "checkout.session",
      amount_subtotal: 10_250_000,
      amount_total: 10_250_000,
      client_reference_id: "order-1",
      currency: "idr",
      customer_email: "learner@example.com",
      livemode: false,
      metadata: { order_id: "order-1", payment_id: "payment-1" },
      mode: "payment",
      payment_intent: null,
      payment_status: "unpaid",
      status: "open",
      success_url: "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
    });
    expect(session.id).toMatch(/^cs_test_/);
    expect(session.url).toBe(`${provider.url}/pay/${session.id}`);
    expect(session.expires_at - session.created).toBe(24 * 60 * 60);
  });

  it("lists its lines, and shows them when asked to expand", async () => {
    const { id } = await provider.session();
    const { data } = await provider.stripe.checkout.sessions.listLineItems(id);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ description: "Batik course", quantity: 1, amount_total: 15_000_000 });
    expect(data[0]?.price?.unit_amount).toBe(15_000_000);
    const expanded = await provider.stripe.checkout.sessions.retrieve(id, { expand: ["line_items"] });
    expect(expanded.line_items?.data.map(({ id }) => id)).toEqual(data.map(({ id }) => id));
  });

  it("becomes paid with an intent and a charge that carry the order's metadata", async () => {
    const { id } = await provider.session();
    await provider.control("POST", `/simulator/sessions/${id}/pay`);
    const session = await provider.stripe.checkout.sessions.retrieve(id, {
      expand: ["payment_intent.latest_charge"],
    });
    expect(session).toMatchObject({ status: "complete", payment_status: "paid", url: null });
    expect(session.customer_details?.email).toBe("learner@example.com");
    const intent = session.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({
      status: "succeeded",
      amount: 15_000_000,
      amount_received: 15_000_000,
      currency: "idr",
      metadata: { order_id: "order-1", payment_id: "payment-1" },
    });
    expect(intent.latest_charge).toMatchObject({
      status: "succeeded",
      amount_captured: 15_000_000,
      payment_intent: intent.id,
      metadata: { payment_id: "payment-1" },
    });
    await provider.delivered();
    expect(typesOf(provider.shop.events())).toEqual([
      "charge.succeeded",
      "checkout.session.completed",
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
    expect((await provider.stripe.checkout.sessions.list({ payment_intent: intent.id })).data[0]?.id).toBe(id);
  });

  it("stays open after a declined card and can be paid with the next one, under the same intent", async () => {
    const { id } = await provider.session();
    expect((await provider.control("POST", `/simulator/sessions/${id}/decline`)).status).toBe(200);
    const declined = await provider.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    const intent = declined.payment_intent as Stripe.PaymentIntent;
    expect(declined).toMatchObject({ status: "open", payment_status: "unpaid" });
    expect(intent).toMatchObject({ status: "requires_payment_method" });
    expect(intent.last_payment_error).toMatchObject({ code: "card_declined", decline_code: "generic_decline" });
    await provider.control("POST", `/simulator/sessions/${id}/pay`);
    const paid = await provider.stripe.checkout.sessions.retrieve(id);
    expect(paid).toMatchObject({ status: "complete", payment_status: "paid", payment_intent: intent.id });
    const { data } = await provider.stripe.charges.list({ payment_intent: intent.id });
    expect(data.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
  });

  it("is paid once: a second payment is refused and takes nothing", async () => {
    const { id } = await provider.session();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => provider.control("POST", `/simulator/sessions/${id}/pay`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(400)]);
    expect((await provider.truth()).totals.idr).toEqual({ captured: 15_000_000, refunded: 0, disputed: 0 });
  });

  it("can be expired by the shop while it is open, and never after it was paid", async () => {
    const { id } = await provider.session();
    const expired = await provider.stripe.checkout.sessions.expire(id);
    expect(expired).toMatchObject({ status: "expired", payment_status: "unpaid", url: null });
    expect((await refusal(provider.stripe.checkout.sessions.expire(id))).statusCode).toBe(400);
    expect((await provider.control("POST", `/simulator/sessions/${id}/pay`)).status).toBe(400);

    const paid = await provider.session();
    await provider.control("POST", `/simulator/sessions/${paid.id}/pay`);
    expect((await refusal(provider.stripe.checkout.sessions.expire(paid.id))).statusCode).toBe(400);
  });

  it("gives up a tried intent when it expires", async () => {
    const { id } = await provider.session();
    await provider.control("POST", `/simulator/sessions/${id}/decline`);
    const { payment_intent } = await provider.stripe.checkout.sessions.retrieve(id);
    expect((await refusal(provider.stripe.paymentIntents.cancel(payment_intent as string))).statusCode).toBe(400);
    await provider.stripe.checkout.sessions.expire(id);
    const intent = await provider.stripe.paymentIntents.retrieve(payment_intent as string);
    expect(intent.status).toBe("canceled");
  });

  it("expires by itself at expires_at and tells the shop", async () => {
    const { id } = await provider.session({ expires_at: secondsFromNow(31 * 60) });
    await provider.control("POST", "/simulator/advance", { seconds: 30 * 60 });
    expect((await provider.stripe.checkout.sessions.retrieve(id)).status).toBe("open");
    await provider.control("POST", "/simulator/advance", { seconds: 61 });
    const event = await until("the expiry to arrive", () =>
      provider.shop.events().find(({ type }) => type === "checkout.session.expired"),
    );
    expect((event.data.object as Stripe.Checkout.Session).id).toBe(id);
    expect((await provider.stripe.checkout.sessions.retrieve(id)).status).toBe("expired");
  });

  it.each([
    ["29 minutes", 29 * 60],
    ["25 hours", 25 * 60 * 60],
  ])("does not take an expires_at in %s", async (_, seconds) => {
    const error = await refusal(provider.session({ expires_at: secondsFromNow(seconds) }));
    expect(error).toMatchObject({ statusCode: 400, param: "expires_at" });
  });

  it("holds the money until it is captured when the shop asks for it", async () => {
    const { id } = await provider.session({ payment_intent_data: { capture_method: "manual" } });
    await provider.control("POST", `/simulator/sessions/${id}/pay`);
    const held = await provider.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    expect(held).toMatchObject({ status: "complete", payment_status: "unpaid" });
    expect(held.payment_intent).toMatchObject({ status: "requires_capture", amount_received: 0 });
    await provider.stripe.paymentIntents.capture((held.payment_intent as Stripe.PaymentIntent).id);
    expect((await provider.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
  });

  it("is free to complete when nothing is to pay", async () => {
    const session = await provider.session({ amount: 0 });
    expect(session.payment_status).toBe("no_payment_required");
    await provider.control("POST", `/simulator/sessions/${session.id}/pay`);
    const done = await provider.stripe.checkout.sessions.retrieve(session.id);
    expect(done).toMatchObject({ status: "complete", payment_status: "no_payment_required", payment_intent: null });
  });

  it("makes a customer when asked to always have one", async () => {
    const { id } = await provider.session({ customer_creation: "always" });
    await provider.control("POST", `/simulator/sessions/${id}/pay`);
    const session = await provider.stripe.checkout.sessions.retrieve(id, { expand: ["customer"] });
    expect(session.customer).toMatchObject({ object: "customer", email: "learner@example.com" });
  });

  it("changes its metadata key by key", async () => {
    const { id } = await provider.session();
    const metadata = { payment_id: "", note: "front row" };
    const changed = await provider.stripe.checkout.sessions.update(id, { metadata });
    expect(changed.metadata).toEqual({ order_id: "order-1", note: "front row" });
    expect((await provider.stripe.checkout.sessions.update(id, { metadata: "" as never })).metadata).toEqual({});
  });

  it("is listed newest first, page by page, by state", async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count++) made.unshift((await provider.session()).id);
    await provider.stripe.checkout.sessions.expire(made[1] as string);
    const first = await provider.stripe.checkout.sessions.list({ limit: 2 });
    expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    expect(first.has_more).toBe(true);
    const all: string[] = [];
    for await (const { id } of provider.stripe.checkout.sessions.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(made);
    const back = await provider.stripe.checkout.sessions.list({ limit: 2, ending_before: made[3] as string });
    expect(back.data.map(({ id }) => id)).toEqual(made.slice(1, 3));
    const expired = await provider.stripe.checkout.sessions.list({ status: "expired" });
    expect(expired.data.map(({ id }) => id)).toEqual([made[1]]);
  });
});
