import { expect, test } from "vitest";
import { expectRefusal } from "../support/expect-error.ts";
import { signUpStaff, useStack } from "../support/stack.ts";
import { atProvider, newBuyer, seatlineOf, startCheckout, truthOf } from "./provider.ts";

const stack = useStack();
const patient = { timeout: 25_000, interval: 100 };

test("staff give a part and then the line back by the SDK, and the provider has sent exactly that", async () => {
  const [buyer, finance] = [await newBuyer(stack), seatlineOf(stack, await signUpStaff(stack, "finance"))];
  const { orderId, sessionId } = await startCheckout(stack, buyer);
  expect(await atProvider(stack, sessionId, "pay")).toBe(200);
  const orderIs = async () => (await buyer.seatline.orders.get(orderId)).status;
  await expect.poll(orderIs, patient).toBe("paid");
  const denied = { code: "permission_denied", status: 403 };
  await expectRefusal(buyer.seatline.refunds.create({ order_id: orderId, reason: "mine" }), denied);

  const { order, refund } = await finance.refunds.create({
    order_id: orderId,
    amount: 40_000_00,
    reason: "A late start.",
  });
  expect(order).toMatchObject({ status: "partially_refunded", items: [{ enrollment: { status: "active" } }] });
  const sent = async () => (await truthOf(stack, orderId)).refunded;
  await expect.poll(sent, patient).toBe(40_000_00);
  const item = order.items[0]?.id as string;
  const tooMuch = { code: "refund_exceeds_payment", status: 409 };
  await expectRefusal(
    finance.refunds.create({ order_id: orderId, lines: [{ order_item_id: item }], reason: "x" }),
    tooMuch,
  );
  const rest = await finance.refunds.create({ order_id: orderId, reason: "It was cancelled." });
  expect(rest.order).toMatchObject({ status: "refunded", items: [{ enrollment: { status: "cancelled" } }] });
  await expect.poll(sent, patient).toBe(order.total_amount);
  const refunds = async () => (await buyer.seatline.orders.get(orderId)).refunds.map(({ status }) => status);
  await expect.poll(refunds, patient).toEqual(["success", "success"]);
  await expectRefusal(finance.refunds.retry(refund.id), { code: "refund_not_open", status: 409 });
  const notInReview = { code: "order_not_in_review", status: 409 };
  await expectRefusal(
    finance.refunds.resolveReview({ order_id: orderId, resolution: "close", reason: "x" }),
    notInReview,
  );
});
