import { describe, expect, it } from "vitest";
import { clientOf, refusal, sessionParameters, useProvider } from "./provider.ts";

const provider = useProvider();
const key = (idempotencyKey: string) => ({ idempotencyKey });

describe("an idempotency key", () => {
  it("answers the same request with the same object and says that it is a replay", async () => {
    const first = await provider.stripe.checkout.sessions.create(sessionParameters(), key("order-1:1"));
    const second = await provider.stripe.checkout.sessions.create(sessionParameters(), key("order-1:1"));
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(second.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
    expect((await provider.truth()).counts.sessions).toBe(1);
  });

  it("replays the first answer even when the object has changed since", async () => {
    const first = await provider.session({}, key("k"));
    await provider.control("POST", `/simulator/sessions/${first.id}/pay`);
    expect((await provider.session({}, key("k"))).status).toBe("open");
    expect((await provider.stripe.checkout.sessions.retrieve(first.id)).status).toBe("complete");
  });

  it("does not mind the order of the parameters", async () => {
    const { mode, ...rest } = sessionParameters();
    const first = await provider.stripe.checkout.sessions.create({ mode, ...rest } as never, key("k"));
    const second = await provider.stripe.checkout.sessions.create({ ...rest, mode } as never, key("k"));
    expect(second.id).toBe(first.id);
  });

  it("is refused with other parameters", async () => {
    await provider.session({}, key("k"));
    const error = await refusal(provider.session({ client_reference_id: "order-2" }, key("k")));
    expect(error).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400 });
    expect((await provider.truth()).counts.sessions).toBe(1);
  });

  it("is refused at another endpoint", async () => {
    await provider.session({}, key("k"));
    const error = await refusal(provider.stripe.customers.create({}, key("k")));
    expect(error).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400 });
  });

  it("belongs to one account: another key for the API gets its own object", async () => {
    const first = await provider.session({}, key("k"));
    const other = clientOf(provider.url, "sk_test_of_another_account");
    expect((await other.checkout.sessions.create(sessionParameters(), key("k"))).id).not.toBe(first.id);
  });

  it("is not used up by a refused parameter, so that the request can be corrected", async () => {
    expect((await refusal(provider.session({ success_url: "nowhere" }, key("k")))).statusCode).toBe(400);
    expect((await provider.session({}, key("k"))).status).toBe("open");
  });

  it("keeps a declined card declined", async () => {
    const parameters = {
      amount: 500,
      currency: "usd",
      confirm: true,
      payment_method: "pm_card_chargeDeclined",
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    } as const;
    const first = await refusal(provider.stripe.paymentIntents.create(parameters, key("k")));
    const second = await refusal(provider.stripe.paymentIntents.create(parameters, key("k")));
    expect(second).toMatchObject({ statusCode: 402, code: "card_declined", charge: first.charge });
    expect((await provider.truth()).counts.payment_intents).toBe(1);
  });

  it("makes one object for a hundred requests at once, and tells the late ones to come again", async () => {
    await provider.control("PUT", "/simulator/settings", { latency_ms: 1_000 });
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => provider.session({}, key("k"))));
    const ids = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.id] : []));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    expect(new Set(ids).size).toBe(1);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ statusCode, code }) => `${statusCode} ${code}`))).toEqual(
      new Set(["409 idempotency_key_in_use"]),
    );
    expect((await provider.truth()).counts.sessions).toBe(1);
  });

  it("is forgotten after a day", async () => {
    const first = await provider.session({}, key("k"));
    await provider.control("POST", "/simulator/advance", { seconds: 24 * 60 * 60 });
    expect((await provider.session({}, key("k"))).id).not.toBe(first.id);
  });

  it("has at most 255 characters", async () => {
    expect((await refusal(provider.session({}, key("x".repeat(256))))).statusCode).toBe(400);
  });
});
