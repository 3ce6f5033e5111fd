import { expect, test } from "vitest";
import { newBuyer, stripeOf } from "../payments/provider.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const RETURN = { return_url: "http://shop.test/return" };

test("the first of several parts confirms the order over HTTP, and the rest is the buyer's own affair", async () => {
  const stripe = stripeOf(stack);
  const buyer = await newBuyer(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: 90_000_50 });
  await stack.sql`insert into public.instalment_plans (title, count, status) values ('In three parts', 3, 'active')`;
  const plan = (await buyer.seatline.instalments.plans()).find(({ title }) => title === "In three parts");
  const order = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
  const { instalments } = await buyer.seatline.instalments.start({ order_id: order.id, plan_id: plan?.id as string });
  expect(instalments.map(({ amount }) => amount)).toEqual([30_000_17, 30_000_17, 30_000_16]);
  const wish = { order_id: order.id, amount: instalments[0]?.amount, save_method: true };
  const { intent_id } = await buyer.seatline.checkout.createIntent(wish);
  await stripe.paymentIntents.confirm(intent_id, { payment_method: "pm_card_visa", ...RETURN });
  const status = async () => (await buyer.seatline.instalments.get(order.id)).status;
  await expect.poll(status).toBe("running");
  expect(await buyer.seatline.instalments.get(order.id)).toMatchObject({ due_amount: 60_000_33 });
  expect(await buyer.seatline.orders.get(order.id)).toMatchObject({ status: "paid", due_amount: 60_000_33 });
  const stranger = await newBuyer(stack);
  const hidden = { code: "order_not_found", status: 404 };
  await expectRefusal(stranger.seatline.instalments.get(order.id), hidden);
  const none = { order_id: order.id, payment_method_id: null };
  await expectRefusal(stranger.seatline.instalments.setMethod(none), hidden);
  const over = { order_id: order.id, reason: "mine" };
  await expectRefusal(buyer.seatline.instalments.writeOff(over), { code: "permission_denied", status: 403 });
});
