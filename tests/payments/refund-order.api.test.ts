import { expect, test } from "vitest";
import { expectRefusal } from "../support/expect-error.ts";
import { signUpStaff, useStack } from "../support/stack.ts";
import { cardOnSale, mailedCard } from "./gift-card-sales.ts";
import { atProvider, newBuyer, seatlineOf, startCheckout, truthOf } from "./provider.ts";

const stack = useStack();

test("staff give a part and then the line back by the SDK, and the provider has sent exactly that", async () => {
  const [buyer, finance] = [await newBuyer(stack), seatlineOf(stack, await signUpStaff(stack, "finance"))];
  const { orderId, sessionId } = await startCheckout(stack, buyer);
  expect(await atProvider(stack, sessionId, "pay")).toBe(200);
  const orderIs = async () => (await buyer.seatline.orders.get(orderId)).status;
  await expect.poll(orderIs).toBe("paid");
  const denied = { code: "permission_denied", status: 403 };
  await expectRefusal(buyer.seatline.refunds.create({ order_id: orderId, reason: "mine" }), denied);

  const { order, refund } = await finance.refunds.create({
    order_id: orderId,
    amount: 40_000_00,
    reason: "A late start.",
  });
  expect(order).toMatchObject({ status: "partially_refunded", items: [{ enrollment: { status: "active" } }] });
  const sent = async () => (await truthOf(stack, orderId)).refunded;
  await expect.poll(sent).toBe(40_000_00);
  const item = order.items[0]?.id as string;
  const tooMuch = { code: "refund_exceeds_payment", status: 409 };
  await expectRefusal(
    finance.refunds.create({ order_id: orderId, lines: [{ order_item_id: item }], reason: "x" }),
    tooMuch,
  );
  const rest = await finance.refunds.create({ order_id: orderId, reason: "It was cancelled." });
  expect(rest.order).toMatchObject({ status: "refunded", items: [{ enrollment: { status: "cancelled" } }] });
  await expect.poll(sent).toBe(order.total_amount);
  const refunds = async () => (await buyer.seatline.orders.get(orderId)).refunds.map(({ status }) => status);
  await expect.poll(refunds).toEqual(["success", "success"]);
  const listed = await Array.fromAsync(finance.refunds.iterate({ order_id: orderId, status: "success", limit: 1 }));
  expect(listed.map(({ id }) => id)).toEqual([rest.refund?.id, refund?.id]);
  expect((await finance.refunds.list({ order_id: orderId, status: "failed" })).data).toEqual([]);
  expect((await buyer.seatline.refunds.list({ limit: 1 })).data).toMatchObject([{ id: rest.refund?.id }]);
  expect((await (await newBuyer(stack)).seatline.refunds.list({ order_id: orderId })).data).toEqual([]);
  await expectRefusal(finance.refunds.retry(refund?.id ?? ""), { code: "refund_not_open", status: 409 });
  const notInReview = { code: "order_not_in_review", status: 409 };
  await expectRefusal(
    finance.refunds.resolveReview({ order_id: orderId, resolution: "close", reason: "x" }),
    notInReview,
  );
});

test("an order is paid by a gift card, store credit, the page and cash together, and refunded to store credit", async () => {
  const [buyer, finance] = [await newBuyer(stack), seatlineOf(stack, await signUpStaff(stack, "finance"))];
  const { orderId } = await startCheckout(stack, buyer);
  const card = await finance.payments.issueGiftCard({ amount: 20_000_00, currency: "IDR", reason: "for a friend" });
  const code = card.code as string;
  await expectRefusal(buyer.seatline.payments.giftCardBalance("WRONG"), { code: "gift_card_not_found", status: 404 });
  expect(await buyer.seatline.payments.giftCardBalance(code)).toMatchObject({ balance_amount: 20_000_00 });
  const byCard = await buyer.seatline.payments.payWithGiftCard({ order_id: orderId, code, amount: 15_000_00 });
  expect(byCard).toMatchObject({ balance_amount: 5_000_00, order: { status: "pending", due_amount: 135_000_50 } });
  expect(await buyer.seatline.payments.redeemGiftCard(code)).toMatchObject({ redeemed_amount: 5_000_00 });
  await finance.payments.grantCredit({ person_id: buyer.id, amount: 1_000_00, currency: "IDR", reason: "sorry" });
  expect(await buyer.seatline.payments.myCredit()).toEqual([{ currency_code: "IDR", balance_amount: 6_000_00 }]);
  const byCredit = await buyer.seatline.payments.payWithCredit({ order_id: orderId });
  expect(byCredit).toMatchObject({ balance_amount: 0, order: { due_amount: 129_000_50 } });
  const cash = { order_id: orderId, method: "cash", amount: 29_000_00, reference: "receipt 17" } as const;
  expect(await finance.payments.record(cash)).toMatchObject({ order: { due_amount: 100_000_50 } });
  await expectRefusal(buyer.seatline.payments.record(cash), { code: "permission_denied", status: 403 });
  const { payment } = await buyer.seatline.checkout.start({ order_id: orderId });
  expect(payment.amount).toBe(100_000_50);
  const [row] = await stack.sql`select session_id from public.payments where id = ${payment.id}`;
  expect(await atProvider(stack, row?.session_id, "pay")).toBe(200);
  await expect.poll(async () => (await buyer.seatline.orders.get(orderId)).status).toBe("paid");
  const { refunds } = await finance.refunds.create({
    order_id: orderId,
    reason: "moved away",
    destination: "store_credit",
  });
  expect(refunds).toHaveLength(4);
  for (const refund of refunds) expect(refund).toMatchObject({ status: "success", destination: "store_credit" });
  expect(await buyer.seatline.payments.myCredit()).toEqual([{ currency_code: "IDR", balance_amount: 150_000_50 }]);
  expect((await truthOf(stack, orderId)).refunded).toBe(0);
});

test("a gift card is bought for somebody, mailed, corrected and spent", async () => {
  const [buyer, recipient] = [await newBuyer(stack), await newBuyer(stack)];
  const variant_id = await cardOnSale(stack.sql, 20_000_00);
  const to = `card-${crypto.randomUUID()}@example.test`;
  const order = await buyer.seatline.payments.orderGiftCards({
    gift_cards: [{ variant_id, recipient_email: to, message: "Buy a book" }],
  });
  expect(order).toMatchObject({ purpose: "gift_card", status: "pending", total_amount: 20_000_00 });
  const { payment } = await buyer.seatline.checkout.start({ order_id: order.id });
  const [row] = await stack.sql`select session_id from public.payments where id = ${payment.id}`;
  expect(await atProvider(stack, row?.session_id, "pay")).toBe(200);
  const first = await mailedCard(stack, to);
  const [purchase] = await buyer.seatline.payments.giftCardPurchases();
  expect(purchase).toMatchObject({ status: "issued", recipient_email: to });
  const corrected = `new-${to}`;
  await buyer.seatline.payments.changeGiftCardPurchase({
    purchase_id: purchase?.id ?? "",
    recipient_email: corrected,
  });
  const code = await mailedCard(stack, corrected);
  await expectRefusal(recipient.seatline.payments.giftCardBalance(first), { code: "gift_card_not_found", status: 404 });
  const spent = await recipient.seatline.payments.redeemGiftCard(code);
  expect(spent).toMatchObject({ redeemed_amount: 20_000_00 });
  const kept =
    await stack.sql`select from public.notifications where to_jsonb(notifications)::text like ${`%${code}%`}`;
  expect(kept).toHaveLength(0);
});
