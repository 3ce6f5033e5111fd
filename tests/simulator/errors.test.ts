import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { clientOf, refusal, sessionParameters, useProvider } from "./provider.ts";

const provider = useProvider();

describe("the API refuses as Stripe does", () => {
  it.each(["sk_wrong", "sk_live_of_a_real_shop", "pk_test_publishable"])(
    "a key that is not a test key: %s",
    async (key) => {
      const error = await refusal(clientOf(provider.url, key).checkout.sessions.create(sessionParameters()));
      expect(error).toMatchObject({ type: "StripeAuthenticationError", statusCode: 401 });
      expect(error.message).not.toContain("real_shop");
    },
  );

  it("a request without a key", async () => {
    const response = await fetch(`${provider.url}/v1/events`);
    expect(response.status).toBe(401);
    expect((await response.json()).error).toMatchObject({ type: "invalid_request_error" });
  });

  it.each([
    ["mode", { mode: undefined }],
    ["line_items", { line_items: undefined }],
    ["success_url", { success_url: undefined }],
    ["line_items[0][price_data]", { line_items: [{ quantity: 1 }] }],
    ["line_items[0][price_data][currency]", { line_items: [{ price_data: { unit_amount: 1 } as never, quantity: 1 }] }],
    [
      "line_items[0][quantity]",
      { line_items: [{ price_data: { currency: "idr", unit_amount: 1, product_data: { name: "x" } } }] },
    ],
  ])("a missing parameter: %s", async (param, change) => {
    const error = await refusal(provider.session(change as Partial<Stripe.Checkout.SessionCreateParams>));
    expect(error).toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 400,
      code: "parameter_missing",
      param,
    });
    expect(error.doc_url).toContain("parameter-missing");
  });

  it.each([
    ["colour", { colour: "blue" }],
    ["payment_method_types", { payment_method_types: ["card"] }],
    ["payment_intent_data[colour]", { payment_intent_data: { colour: "blue" } }],
    ["line_items[0][colour]", { line_items: [{ colour: 1, price_data: {}, quantity: 1 }] }],
  ])("an unknown parameter: %s", async (param, change) => {
    const error = await refusal(provider.session(change as Partial<Stripe.Checkout.SessionCreateParams>));
    expect(error).toMatchObject({ statusCode: 400, code: "parameter_unknown", param });
  });

  it.each([
    ["an amount that is not whole", { amount: 1.5 }, "parameter_invalid_integer"],
    ["an address without a scheme", { success_url: "shop.example/thanks" }, "url_invalid"],
    ["an address that runs a script", { success_url: "javascript:alert(1)" }, "url_invalid"],
    ["an e-mail without a host", { customer_email: "learner@" }, "email_invalid"],
    ["an empty text", { client_reference_id: "" }, "parameter_invalid_empty"],
    ["a customer that is not there", { customer: "cus_none", customer_email: undefined }, "resource_missing"],
    ["a price that is not there", { line_items: [{ price: "price_none", quantity: 1 }] }, "resource_missing"],
    ["what the simulator cannot do", { discounts: [{ coupon: "x" }] }, "simulator_unsupported"],
  ])("%s", async (_, change, code) => {
    const error = await refusal(provider.session(change as Partial<Stripe.Checkout.SessionCreateParams>));
    expect(error).toMatchObject({ statusCode: 400, code });
  });

  it.each([
    ["a negative amount", { amount: -1 }],
    ["quantity zero", { line_items: [{ ...(sessionParameters().line_items?.[0] as object), quantity: 0 }] }],
    ["no lines", { line_items: [] }],
    ["both a customer and an e-mail", { customer: "cus_none" }],
    ["a currency that is not one", { line_items: [{ price_data: { currency: "zzz" }, quantity: 1 }] }],
    ["51 metadata keys", { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, "v"])) }],
    ["a metadata value of 501 characters", { metadata: { note: "x".repeat(501) } }],
    ["a metadata key of 41 characters", { metadata: { ["x".repeat(41)]: "v" } }],
    [
      "two currencies in one session",
      {
        line_items: ["idr", "usd"].map((currency) => ({
          price_data: { currency, unit_amount: 100, product_data: { name: "x" } },
          quantity: 1,
        })),
      },
    ],
  ])("%s", async (_, change) => {
    const error = await refusal(provider.session(change as Partial<Stripe.Checkout.SessionCreateParams>));
    expect(error).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400 });
    expect((await provider.truth()).counts.sessions).toBe(0);
  });

  it.each([
    ["a session", (stripe: Stripe) => stripe.checkout.sessions.retrieve("cs_test_none")],
    ["an intent", (stripe: Stripe) => stripe.paymentIntents.retrieve("pi_none")],
    ["a refund", (stripe: Stripe) => stripe.refunds.retrieve("re_none")],
    ["a customer", (stripe: Stripe) => stripe.customers.retrieve("cus_none")],
    ["an event", (stripe: Stripe) => stripe.events.retrieve("evt_none")],
    ["a charge", (stripe: Stripe) => stripe.charges.retrieve("ch_none")],
  ])("an unknown id of %s", async (_, call) => {
    const error = await refusal(call(provider.stripe));
    expect(error).toMatchObject({ statusCode: 404, code: "resource_missing" });
  });

  it("an expansion that does not exist, before anything is done", async () => {
    const error = await refusal(provider.session({ expand: ["payment_intent.nothing"] }));
    expect(error).toMatchObject({ statusCode: 400, param: "expand[0]" });
    expect((await provider.truth()).counts.sessions).toBe(0);
  });

  it("a path that it does not serve", async () => {
    expect((await refusal(provider.stripe.subscriptions.list())).statusCode).toBe(404);
  });

  it("a JSON body", async () => {
    const response = await fetch(`${provider.url}/v1/customers`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_x", "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(400);
  });
});

describe("the API answers as Stripe does", () => {
  it("names the request and the version in its headers", async () => {
    const { lastResponse } = await provider.stripe.customers.create({ email: "a@example.com" });
    expect(lastResponse.requestId).toMatch(/^req_/);
    expect(lastResponse.apiVersion).toBe((await import("stripe")).default.API_VERSION);
  });

  it("keeps customers: made, changed, found by e-mail, deleted", async () => {
    const customer = await provider.stripe.customers.create({ email: "a@example.com", metadata: { a: "1", b: "2" } });
    const changed = await provider.stripe.customers.update(customer.id, { name: "Ayu", metadata: { a: "" } });
    expect(changed).toMatchObject({ name: "Ayu", email: "a@example.com", metadata: { b: "2" } });
    const { data } = await provider.stripe.customers.list({ email: "a@example.com" });
    expect(data.map(({ id }) => id)).toEqual([customer.id]);
    expect(await provider.stripe.customers.del(customer.id)).toMatchObject({ deleted: true });
    expect(await provider.stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
    expect((await refusal(provider.session({ customer: customer.id, customer_email: undefined as never }))).code).toBe(
      "resource_missing",
    );
  });
});
