import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signUpStaff, useStack } from "../support/stack.ts";
import { outcomeOf } from "./outcome.ts";
import {
  atProvider,
  type Checkout,
  deliverSigned,
  newBuyer,
  seatlineOf,
  startCheckout,
  stripeOf,
  truthOf,
} from "./provider.ts";
import { paid, succeeded } from "./provider-events.ts";
import type { Sale } from "./sale.ts";

const stack = useStack();
const PRICE = 150_000_50;
// The seeded shop's prices contain eleven percent.
const TAX = Math.round((PRICE * 1100) / 11100);

const outcome = ({ orderId, variantId }: Checkout) => outcomeOf(stack.sql, { orderId, variantId } as Sale);

/** The subjects of the mails about an order's payment that reached an address. */
async function confirmations(email: string): Promise<string[]> {
  const response = await fetch(`${stack.urls.mail}/api/v1/messages?query=${encodeURIComponent(email)}`);
  const { messages } = (await response.json()) as { messages: { Subject: string }[] };
  return messages.map(({ Subject }) => Subject).filter((subject) => subject.includes("SL-"));
}

describe("a purchase over HTTP", () => {
  test("is paid at the provider, then here: one capture, one seat, one mail, and both sides agree", async () => {
    const buyer = await newBuyer(stack);
    const sale = await startCheckout(stack, buyer);
    expect(await atProvider(stack, sale.sessionId, "pay")).toBe(200);
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    expect(await outcome(sale)).toMatchObject({
      payments: [`success ${PRICE} 0`],
      enrollments: ["active"],
      refunds: [],
      ledger: { cash_in_transit: PRICE, revenue: TAX - PRICE, tax_payable: -TAX },
      events: { "order.placed": 1, "order.paid": 1, "payment.succeeded": 1 },
    });
    expect(await truthOf(stack, sale.orderId)).toMatchObject({
      captured: PRICE,
      refunded: 0,
      sessions: [{ id: sale.sessionId, status: "complete", payment_status: "paid", amount_total: PRICE }],
    });
    expect(await buyer.seatline.courses.mine()).toMatchObject([{ status: "active", order_id: sale.orderId }]);
    await expect.poll(() => confirmations(buyer.email)).toHaveLength(1);
  });

  test("asked for twenty times in parallel has one session at the provider", async () => {
    const buyer = await newBuyer(stack);
    const sale = await startCheckout(stack, buyer);
    const started = await Promise.all(
      Array.from({ length: 20 }, () => buyer.seatline.checkout.start({ order_id: sale.orderId })),
    );
    expect(new Set(started.map(({ payment }) => payment.url)).size).toBe(1);
    expect((await truthOf(stack, sale.orderId)).sessions).toHaveLength(1);
  });

  test("stays payable after a declined card, by the same page", async () => {
    const buyer = await newBuyer(stack);
    const sale = await startCheckout(stack, buyer);
    await atProvider(stack, sale.sessionId, "decline");
    await expect.poll(async () => (await outcome(sale)).payments[0]).toMatch(/^pending 0 0 \w+/);
    expect(await atProvider(stack, sale.sessionId, "pay")).toBe(200);
    await expect.poll(async () => (await outcome(sale)).payments).toEqual([`success ${PRICE} 0`]);
  });

  test("whose page expired is paid by a second attempt", async () => {
    const buyer = await newBuyer(stack);
    const sale = await startCheckout(stack, buyer);
    await atProvider(stack, sale.sessionId, "expire");
    await expect.poll(async () => (await outcome(sale)).payments).toEqual(["expired 0 0"]);
    const { payment } = await buyer.seatline.checkout.start({ order_id: sale.orderId });
    expect(payment.attempt).toBe(2);
    const [row] = await stack.sql`select session_id from public.payments where id = ${payment.id}`;
    await atProvider(stack, row?.session_id, "pay");
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    expect((await outcome(sale)).payments).toEqual(["expired 0 0", `success ${PRICE} 0`]);
  });
});

describe("money that cannot buy what it was for", () => {
  test("is back at the provider by itself when the seat was sold meanwhile", async () => {
    const [late, winner] = [await newBuyer(stack), await newBuyer(stack)];
    const sale = await startCheckout(stack, late, { seats: 1 });
    await stack.sql`update public.reservations set expires_at = now() where holder_id = ${sale.orderId}`;
    await startCheckout(stack, winner, { variantId: sale.variantId });
    expect(await atProvider(stack, sale.sessionId, "pay")).toBe(200);
    await expect.poll(async () => (await outcome(sale)).refunds).toEqual([`undeliverable success ${PRICE}`]);
    expect(await outcome(sale)).toMatchObject({
      order: "cancelled",
      payments: [`refunded ${PRICE} ${PRICE}`],
      ledger: {},
    });
    expect(await truthOf(stack, sale.orderId)).toMatchObject({ captured: PRICE, refunded: PRICE });
    // the one mail about it: no confirmation, but that the money comes back, and why
    await expect.poll(() => confirmations(late.email)).toEqual([expect.stringMatching(/dana|Money back/)]);
    const [notice] =
      await stack.sql`select type, content from public.notifications where recipient = ${late.email} and type <> 'welcome'`;
    expect(notice).toMatchObject({ type: "refund", content: expect.stringMatching(/habis terjual|sold out/) });
  });

  test("is back when staff cancel a paid order, and the seat is free again", async () => {
    const [buyer, support] = [await newBuyer(stack), await signUpStaff(stack, "support")];
    const sale = await startCheckout(stack, buyer);
    await atProvider(stack, sale.sessionId, "pay");
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    await seatlineOf(stack, support).orders.cancel({ order_id: sale.orderId, reason: "The teacher is ill." });
    await expect.poll(async () => (await outcome(sale)).payments).toEqual([`refunded ${PRICE} ${PRICE}`]);
    expect(await outcome(sale)).toMatchObject({
      order: "cancelled",
      enrollments: ["cancelled"],
      refunds: [`order_cancelled success ${PRICE}`],
      stock: { available: 5, reserved: 0 },
    });
    expect((await truthOf(stack, sale.orderId)).refunded).toBe(PRICE);
    expect(await buyer.seatline.courses.mine()).toEqual([]);
  });

  test("that the buyer's bank sends back comes before a person, and is booked as not given back", async () => {
    const [buyer, support] = [await newBuyer(stack), await signUpStaff(stack, "support")];
    const sale = await startCheckout(stack, buyer);
    expect(await atProvider(stack, sale.sessionId, "pay", "pm_card_refundFail")).toBe(200);
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    await seatlineOf(stack, support).orders.cancel({ order_id: sale.orderId, reason: "A test." });
    await expect.poll(async () => (await outcome(sale)).payments).toEqual([`refund_failed ${PRICE} 0`]);
    expect(await outcome(sale)).toMatchObject({
      order: "needs_review",
      refunds: [`order_cancelled failed ${PRICE}`],
      ledger: { cash_in_transit: PRICE, revenue: TAX - PRICE, tax_payable: -TAX },
    });
  });

  test("given back by hand at the provider ends the order here", async () => {
    const sale = await startCheckout(stack, await newBuyer(stack));
    await atProvider(stack, sale.sessionId, "pay");
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    const [intent] = (await truthOf(stack, sale.orderId)).intents;
    await stripeOf(stack).refunds.create({ payment_intent: intent as string, amount: 50 });
    await expect.poll(async () => (await outcome(sale)).order).toBe("partially_refunded");
    await stripeOf(stack).refunds.create({ payment_intent: intent as string });
    await expect.poll(async () => (await outcome(sale)).order).toBe("refunded");
    expect(await outcome(sale)).toMatchObject({ enrollments: ["cancelled"], payments: [`refunded ${PRICE} ${PRICE}`] });
  });
});

test("buyer, provider and staff at once end every order in a seat or in all money back, and both sides agree", async () => {
  const support = await signUpStaff(stack, "support");
  const sales = [];
  for (let count = 0; count < 6; count++) {
    const buyer = await newBuyer(stack);
    sales.push({ buyer, sale: await startCheckout(stack, buyer) });
  }
  await Promise.all(
    sales.flatMap(({ buyer, sale }, index) => [
      atProvider(stack, sale.sessionId, "pay"),
      buyer.seatline.checkout.start({ order_id: sale.orderId }).catch(refused),
      ...(index % 3 === 0 ? [] : [buyer.seatline.orders.cancel({ order_id: sale.orderId }).catch(refused)]),
      ...(index % 2 === 0
        ? []
        : [seatlineOf(stack, support).orders.cancel({ order_id: sale.orderId, reason: "A test." }).catch(refused)]),
    ]),
  );
  for (const { buyer, sale } of sales) {
    const settled = async () => {
      const [{ order, payments }, truth] = [await outcome(sale), await truthOf(stack, sale.orderId)];
      const money = truth.captured - truth.refunded;
      if (order === "paid") return money === PRICE ? "paid" : `paid and ${money}`;
      const open = payments.some((payment) => /^(pending|processing|refunding|success)/.test(payment));
      return order === "cancelled" && money === 0 && !open ? "back" : `${order} and ${money}: ${payments}`;
    };
    await expect.poll(settled).toMatch(/^(paid|back)$/);
    const ended = await outcome(sale);
    const mails = async (subject: RegExp) =>
      (await confirmations(buyer.email)).filter((mail) => subject.test(mail)).length;
    const [confirmed, givenBack] = [() => mails(/is confirmed/), () => mails(/Money back/)];
    // a mail that is lost is seen, and so is one that is sent twice
    await expect.poll(givenBack).toBe(ended.refunds.length);
    if (ended.order === "paid") {
      expect(ended).toMatchObject({ enrollments: ["active"], events: { "order.paid": 1 }, refunds: [] });
      await expect.poll(confirmed).toBe(1);
    } else {
      expect(ended.enrollments).toEqual(["cancelled"]);
      expect(ended.events["order.paid"] ?? 0).toBeLessThanOrEqual(1);
      expect(await confirmed()).toBeLessThanOrEqual(1);
    }
  }
});

function refused(error: { status?: number; code?: string }): void {
  expect([403, 404, 409], `${error.code} ${error}`).toContain(error.status);
}

describe("the deployed webhook", () => {
  /** A sale over HTTP in the words of the events. */
  const asSale = (sale: Checkout): Sale =>
    ({ ...sale, amount: PRICE, intentId: `pi_${randomUUID()}` }) as unknown as Sale;
  const now = () => Math.floor(Date.now() / 1000);
  const forgeries: [string, () => Parameters<typeof deliverSigned>[2]][] = [
    ["signed with another secret", () => ({ secret: "whsec_forged" })],
    ["signed 301 seconds ago", () => ({ timestamp: now() - 301 })],
    ["dated 302 seconds ahead", () => ({ timestamp: now() + 302 })],
    ["with an altered body", () => ({ sent: "{}" })],
  ];

  test.each(forgeries)("answers 400 to an event %s, and nothing is paid", async (_what, options) => {
    const sale = await startCheckout(stack, await newBuyer(stack));
    const event = paid(asSale(sale));
    const { status, body } = await deliverSigned(stack, event, options());
    expect([status, body.code]).toEqual([400, "webhook_signature_invalid"]);
    expect(await outcome(sale)).toMatchObject({ order: "pending", payments: ["pending 0 0"] });
    expect(await stack.sql`select from private.provider_events where event_id = ${event.id}`).toHaveLength(0);
  });

  test("takes an event that is a minute old", async () => {
    const sale = await startCheckout(stack, await newBuyer(stack));
    const { status, body } = await deliverSigned(stack, succeeded(asSale(sale)), { timestamp: now() - 60 });
    expect([status, body.outcome]).toEqual([200, "applied"]);
  });

  test.each([
    ["another order", { metadata: { order_id: randomUUID() } }],
    ["a payment nobody knows", { metadata: { payment_id: randomUUID() } }],
  ])("answers 200 and asks a person when a signed intent names %s", async (_what, { metadata }) => {
    const sale = await startCheckout(stack, await newBuyer(stack));
    const honest = { order_id: sale.orderId, payment_id: sale.paymentId };
    const lie = succeeded(asSale(sale), { metadata: { ...honest, ...metadata } });
    const { status, body } = await deliverSigned(stack, lie);
    expect([status, body.outcome]).toEqual([200, "needs_review"]);
    expect((await outcome(sale)).payments).toEqual(["pending 0 0"]);
    expect((await outcome(sale)).enrollments).toEqual(["reserved"]);
  });
});
