import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { DEFAULT_EVENTS } from "../../packages/simulator/src/index.ts";
import { useProvider } from "./provider.ts";
import { openShop, SECRET } from "./shop.ts";
import { until } from "./until.ts";

const provider = useProvider();
const events = (type: string) => provider.shop.events().filter((event) => event.type === type);

async function paidSession(): Promise<string> {
  const { id } = await provider.session();
  await provider.control("POST", `/simulator/sessions/${id}/pay`);
  return id;
}

describe("a webhook", () => {
  it("carries Stripe's envelope under a signature that Stripe's library accepts", async () => {
    const id = await paidSession();
    await provider.delivered();
    expect(provider.shop.arrivals.every(({ event }) => event !== null)).toBe(true);
    const [event] = events("checkout.session.completed");
    expect(event).toMatchObject({
      object: "event",
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: "checkout.session.completed",
    });
    expect(event?.id).toMatch(/^evt_/);
    expect(event?.api_version).toBe((await import("stripe")).default.API_VERSION);
    expect(event?.data.object).toMatchObject({ id, status: "complete", payment_status: "paid" });
  });

  it("names the API request that caused it", async () => {
    const { id } = await provider.session();
    const expired = await provider.stripe.checkout.sessions.expire(id, {}, { idempotencyKey: "close-1" });
    await provider.delivered();
    expect(events("checkout.session.expired")[0]?.request).toEqual({
      id: expired.lastResponse.requestId,
      idempotency_key: "close-1",
    });
  });

  it("comes again with the same id and a new signature until the shop accepts it", async () => {
    provider.shop.answerWith(500, 404, 302, 503);
    await provider.stripe.customers.create({ email: "a@example.com" });
    await provider.delivered();
    const { arrivals } = provider.shop;
    expect(arrivals.map(({ answered }) => answered)).toEqual([500, 404, 302, 503, 200]);
    expect(new Set(arrivals.map(({ event }) => event?.id)).size).toBe(1);
    const gaps = arrivals.slice(1).map(({ at }, index) => at - (arrivals[index]?.at ?? 0));
    expect(gaps[0]).toBeGreaterThanOrEqual(8);
    expect(gaps[3]).toBeGreaterThanOrEqual(35);
    const { deliveries } = await provider.truth();
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]).toMatchObject({ state: "delivered", tries: 5 });
    expect(deliveries[0]?.attempts.map(({ status }) => status)).toEqual([500, 404, 302, 503, 200]);
  });

  it("survives a shop that is away for a while", async () => {
    const shop = await openShop();
    await shop.close();
    await provider.control("PUT", "/simulator/settings", { webhook_url: shop.url });
    await paidSession();
    await until("a failed attempt", async () => {
      return (await provider.truth()).deliveries.some(({ attempts }) => attempts.some(({ error }) => error !== null));
    });
    await provider.control("PUT", "/simulator/settings", { webhook_url: provider.shop.url });
    await provider.delivered();
    expect(events("checkout.session.completed")).toHaveLength(1);
  });

  it("is pending in the events list until it was accepted", async () => {
    const release = provider.shop.hold();
    await provider.stripe.customers.create({});
    const [pending] = (await provider.stripe.events.list({ delivery_success: false })).data;
    expect(pending?.pending_webhooks).toBe(1);
    release();
    await provider.delivered();
    expect((await provider.stripe.events.retrieve(pending?.id ?? "")).pending_webhooks).toBe(0);
    expect((await provider.stripe.events.list({ delivery_success: false })).data).toEqual([]);
  });

  it("is sent only for the kinds of events that the shop asked for; the list has all of them", async () => {
    await provider.control("PUT", "/simulator/settings", { webhook_events: [...DEFAULT_EVENTS] });
    await paidSession();
    await provider.delivered();
    expect(new Set(provider.shop.events().map(({ type }) => type))).toEqual(
      new Set(["checkout.session.completed", "payment_intent.succeeded"]),
    );
    expect((await provider.stripe.events.list()).data).toHaveLength(4);
  });

  it("carries one signature per secret while the shop changes it", async () => {
    await provider.control("PUT", "/simulator/settings", { webhook_secret: `whsec_new,${SECRET}` });
    await provider.stripe.customers.create({});
    await provider.delivered();
    const [arrival] = provider.shop.arrivals;
    expect(arrival?.event).not.toBeNull();
    const Stripe = (await import("stripe")).default;
    const { body, signature } = arrival as { body: string; signature: string };
    expect((await Stripe.webhooks.constructEventAsync(body, signature, "whsec_new")).id).toBe(arrival?.event?.id);
  });

  it("can be sent once more by hand", async () => {
    await provider.stripe.customers.create({});
    await provider.delivered();
    const [delivery] = (await provider.truth()).deliveries;
    await provider.control("POST", `/simulator/deliveries/${delivery?.id}/resend`);
    await provider.delivered();
    const ids = provider.shop.events().map(({ id }) => id);
    expect(ids).toEqual([delivery?.event, delivery?.event]);
  });
});

describe("the events list", () => {
  it("holds what happened, newest first, by type, by time and page by page", async () => {
    for (let count = 0; count < 5; count++) await provider.stripe.customers.create({ name: String(count) });
    await paidSession();
    const names: (string | null | undefined)[] = [];
    for await (const event of provider.stripe.events.list({ type: "customer.created", limit: 2 })) {
      names.push((event.data.object as Stripe.Customer).name);
    }
    expect(names).toEqual(["4", "3", "2", "1", "0"]);
    const types = ["charge.succeeded", "payment_intent.created"];
    expect((await provider.stripe.events.list({ types })).data.map(({ type }) => type)).toEqual(types);
    expect((await provider.stripe.events.list({ type: "payment_intent.*" })).data).toHaveLength(2);
    const later = { gt: Math.floor(Date.now() / 1000) + 60 };
    expect((await provider.stripe.events.list({ created: later })).data).toEqual([]);
  });

  it("keeps every event as it was when it happened", async () => {
    const customer = await provider.stripe.customers.create({ name: "before" });
    await provider.stripe.customers.update(customer.id, { name: "after" });
    const { data } = await provider.stripe.events.list();
    expect(data.map(({ data: { object } }) => (object as Stripe.Customer).name)).toEqual(["after", "before"]);
  });
});
