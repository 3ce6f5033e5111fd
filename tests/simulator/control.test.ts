import { describe, expect, it } from "vitest";
import { useProvider } from "./provider.ts";

const provider = useProvider();

describe("the control API", () => {
  it("tells the truth: every session, intent, charge, refund, dispute, event and delivery", async () => {
    const paid = await provider.session();
    await provider.control("POST", `/simulator/sessions/${paid.id}/pay`);
    const refunded = await provider.session();
    await provider.control("POST", `/simulator/sessions/${refunded.id}/pay`);
    const { payment_intent } = await provider.stripe.checkout.sessions.retrieve(refunded.id);
    await provider.stripe.refunds.create({ payment_intent: payment_intent as string, amount: 1_000 });
    await provider.control("POST", `/simulator/sessions/${paid.id}/dispute`);
    const open = await provider.session();
    await provider.delivered();
    const truth = await provider.truth();
    expect(truth.sessions.map(({ id, status }) => [id, status])).toEqual([
      [paid.id, "complete"],
      [refunded.id, "complete"],
      [open.id, "open"],
    ]);
    expect(truth.payment_intents).toHaveLength(2);
    expect(truth.payment_intents[1]).toMatchObject({
      id: payment_intent,
      session: refunded.id,
      amount_received: 15_000_000,
    });
    expect(truth.refunds).toMatchObject([{ payment_intent, amount: 1_000, status: "succeeded" }]);
    expect(truth.disputes).toMatchObject([{ amount: 15_000_000, status: "needs_response" }]);
    expect(truth.totals.idr).toEqual({ captured: 30_000_000, refunded: 1_000, disputed: 15_000_000 });
    expect(truth.deliveries.every(({ state }) => state === "delivered")).toBe(true);
    expect(truth.deliveries.map(({ event }) => event).toSorted()).toEqual(truth.events.map(({ id }) => id).toSorted());
    const arrived = provider.shop.events().map(({ id }) => id);
    expect(truth.events.map(({ id }) => id).toSorted()).toEqual(arrived.toSorted());
  });

  it("forgets everything on reset, also what was under way", async () => {
    provider.shop.answerWith(...Array(5).fill(500));
    const { id } = await provider.session({ amount: 15_000_099 });
    await provider.control("POST", `/simulator/sessions/${id}/decline`);
    await provider.control("PUT", "/simulator/faults", { drop: true });
    const { body } = await provider.control("POST", "/simulator/reset");
    expect(body).toMatchObject({ sessions: 0, payment_intents: 0, events: 0, deliveries: 0, pending_deliveries: 0 });
    expect((await provider.control("GET", `/pay/${id}`).catch(() => null))?.status ?? 404).toBe(404);
    const faults = await provider.control<Record<string, unknown>>("GET", "/simulator/faults");
    expect(Object.values(faults.body).every((rule) => rule === null)).toBe(true);
  });

  it("changes only the settings that it is told, and refuses what makes no sense", async () => {
    const before = (await provider.control<Record<string, unknown>>("GET", "/simulator/settings")).body;
    const { body } = await provider.control<Record<string, unknown>>("PUT", "/simulator/settings", { delay_ms: "5-9" });
    expect(body).toEqual({ ...before, delay_ms: [5, 9] });
    for (const wrong of [
      { delay_ms: "soon" },
      { webhook_url: "file:///etc/passwd" },
      { speed: 1 },
      { shop_name: "" },
    ]) {
      expect((await provider.control("PUT", "/simulator/settings", wrong)).status).toBe(400);
    }
  });

  it("pays, declines and expires only what is there", async () => {
    for (const deed of ["pay", "decline", "expire", "dispute"]) {
      expect((await provider.control("POST", `/simulator/sessions/cs_test_none/${deed}`)).status).toBe(404);
    }
    const { id } = await provider.session();
    expect((await provider.control("POST", `/simulator/sessions/${id}/dispute`)).status).toBe(400);
    const declined = await provider.control("POST", `/simulator/sessions/${id}/pay`, {
      payment_method: "pm_card_chargeDeclined",
    });
    expect(declined.status).toBe(402);
    expect((await provider.control("POST", `/simulator/sessions/${id}/expire`)).status).toBe(200);
    expect((await provider.control("POST", `/simulator/sessions/${id}/expire`)).status).toBe(400);
  });

  it("says that it is well", async () => {
    expect(await provider.control("GET", "/health")).toEqual({ status: 200, body: { status: "ok" } });
  });
});
