import { describe, expect, it } from "vitest";
import { startSimulator } from "../../packages/simulator/src/index.ts";
import { clientOf, sessionParameters, useProvider } from "./provider.ts";
import { openShop, SECRET } from "./shop.ts";
import { until } from "./until.ts";

const provider = useProvider({
  settings: { webhook_events: ["checkout.session.completed", "payment_intent.succeeded"] },
});
const completed = () => provider.shop.events().filter(({ type }) => type === "checkout.session.completed");

async function set(faults: unknown): Promise<void> {
  expect((await provider.control("PUT", "/simulator/faults", faults)).status).toBe(200);
}

async function payOne(): Promise<string> {
  const { id } = await provider.session();
  await provider.control("POST", `/simulator/sessions/${id}/pay`);
  return id;
}

describe("a fault", () => {
  it("duplicate: brings the same event as often as asked, each rightly signed", async () => {
    await set({ duplicate: { count: 1, copies: 24, types: ["checkout.session.completed"] } });
    await payOne();
    await provider.delivered();
    expect(completed()).toHaveLength(25);
    expect(new Set(completed().map(({ id }) => id)).size).toBe(1);
  });

  it("drop: never sends the event, which stays in the events list", async () => {
    await set({ drop: { probability: 1 } });
    const id = await payOne();
    await provider.delivered();
    expect(provider.shop.arrivals).toHaveLength(0);
    const { data } = await provider.stripe.events.list({ type: "checkout.session.completed" });
    expect(data[0]?.data.object).toMatchObject({ id });
    expect((await provider.truth()).deliveries.map(({ state }) => state)).toEqual(["dropped", "dropped"]);
  });

  it("delay: sends the event late", async () => {
    await set({ delay: { count: 1, ms: "150", types: ["checkout.session.completed"] } });
    const started = Date.now();
    await payOne();
    await provider.delivered();
    const at = provider.shop.arrivals.find(({ event }) => event?.type === "checkout.session.completed")?.at ?? 0;
    expect(at - started).toBeGreaterThanOrEqual(140);
  });

  it("reorder: brings an event after one that happened later", async () => {
    await set({ reorder: { count: 1, types: ["payment_intent.succeeded"] } });
    await payOne();
    await provider.delivered();
    expect(provider.shop.events().map(({ type }) => type)).toEqual([
      "checkout.session.completed",
      "payment_intent.succeeded",
    ]);
  });

  it("reorder: does not hold an event for ever when nothing follows", async () => {
    await set({ reorder: { probability: 1, window_ms: 60 } });
    await payOne();
    await provider.delivered();
    expect(provider.shop.events()).toHaveLength(2);
  });

  it("wrong_amount: the provider books another amount than the shop asked for, everywhere", async () => {
    await set({ wrong_amount: { count: 1, by: 100 } });
    const id = await payOne();
    await provider.delivered();
    expect(completed()[0]?.data.object).toMatchObject({ amount_total: 14_999_900, payment_status: "paid" });
    const session = await provider.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    expect(session.payment_intent).toMatchObject({ amount: 14_999_900, amount_received: 14_999_900 });
    expect((await provider.truth()).totals.idr?.captured).toBe(14_999_900);
  });

  it("wrong_amount in the webhook: only the deliveries lie, the API tells the truth", async () => {
    await set({ wrong_amount: { probability: 1, by: -100, where: "webhook" } });
    const id = await payOne();
    await provider.delivered();
    expect(completed()[0]?.data.object).toMatchObject({ id, amount_total: 15_000_100 });
    expect((await provider.stripe.checkout.sessions.retrieve(id)).amount_total).toBe(15_000_000);
  });

  it.each(["wrong_secret", "altered_body", "stale_timestamp", "unsigned"])(
    "forged by %s: claims a payment that was not made, which a shop that verifies refuses",
    async (how) => {
      await set({ forged: { count: 1, how } });
      const { id } = await provider.session();
      await provider.delivered();
      const [arrival] = provider.shop.arrivals;
      expect(JSON.parse(arrival?.body ?? "{}").data.object).toMatchObject({ id, payment_status: "paid" });
      expect(arrival).toMatchObject({ event: null, answered: 400 });
      expect(provider.shop.arrivals).toHaveLength(1);
      expect((await provider.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("unpaid");
      expect((await provider.stripe.events.list()).data).toEqual([]);
      const [delivery] = (await provider.truth()).deliveries;
      expect(delivery).toMatchObject({ state: "refused", forged: how, session: id });
    },
  );

  it("dispute: the bank takes a payment back, and it can no longer be refunded", async () => {
    await provider.control("PUT", "/simulator/settings", { webhook_events: ["charge.dispute.created"] });
    await set({ dispute: { count: 1, reason: "product_not_received" } });
    const id = await payOne();
    await until("the dispute to arrive", () => provider.shop.events()[0]);
    const session = await provider.stripe.checkout.sessions.retrieve(id);
    const payment_intent = session.payment_intent as string;
    const [dispute] = (await provider.stripe.disputes.list({ payment_intent })).data;
    expect(dispute).toMatchObject({ amount: 15_000_000, reason: "product_not_received", status: "needs_response" });
    await expect(provider.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: "charge_disputed" });
    expect((await provider.stripe.disputes.close(dispute?.id ?? "")).status).toBe("lost");
  });

  it("strikes as often as its count says and reports how often it did", async () => {
    await set({ drop: { count: 3 } });
    for (let round = 0; round < 3; round++) await payOne();
    await provider.delivered();
    expect(provider.shop.arrivals).toHaveLength(3);
    const { body } = await provider.control<{ drop: unknown }>("GET", "/simulator/faults");
    expect(body.drop).toMatchObject({ count: 0, struck: 3 });
  });

  it("is off again when the next set does not name it", async () => {
    await set({ drop: true });
    await set({});
    await payOne();
    await provider.delivered();
    expect(provider.shop.events()).toHaveLength(2);
  });

  it.each([
    ["an unknown fault", { explode: true }],
    ["a probability above one", { drop: { probability: 2 } }],
    ["both a probability and a count", { drop: { probability: 1, count: 1 } }],
    ["neither of them", { drop: {} }],
    ["a span that is not one", { delay: { count: 1, ms: "soon" } }],
    ["text", "drop everything"],
  ])("is not set from %s, and the old set stays", async (_, faults) => {
    await set({ duplicate: { count: 2 } });
    expect((await provider.control("PUT", "/simulator/faults", faults)).status).toBe(400);
    const { body } = await provider.control("GET", "/simulator/faults");
    expect(body).toMatchObject({ duplicate: { count: 2 }, drop: null });
  });
});

describe("a seed", () => {
  it("repeats which deliveries are struck", async () => {
    const rounds: string[] = [];
    for (const seed of ["first", "first", "second"]) rounds.push(await droppedUnder(seed));
    expect(rounds[1]).toBe(rounds[0]);
    expect(rounds[2]).not.toBe(rounds[0]);
  });
});

async function droppedUnder(seed: string): Promise<string> {
  const shop = await openShop();
  const webhook = { webhook_url: shop.url, webhook_secret: SECRET, webhook_events: ["checkout.session.expired"] };
  const simulator = await startSimulator({ seed, settings: webhook });
  try {
    await fetch(`${simulator.url}/simulator/faults`, { method: "PUT", body: '{"drop":{"probability":0.5}}' });
    const stripe = clientOf(simulator.url);
    for (let count = 0; count < 40; count++) {
      const { id } = await stripe.checkout.sessions.create(sessionParameters());
      await stripe.checkout.sessions.expire(id);
    }
    const truth = await (await fetch(`${simulator.url}/simulator/truth`)).json();
    return truth.deliveries.map(({ faults }: { faults: string[] }) => (faults.includes("drop") ? "x" : ".")).join("");
  } finally {
    await simulator.stop();
    await shop.close();
  }
}
