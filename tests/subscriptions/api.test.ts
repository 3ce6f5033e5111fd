import { expect, test } from "vitest";
import { atProvider, newBuyer } from "../payments/provider.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

test("a month is subscribed to, paid at the provider, opens a course, and is cancelled over HTTP", async () => {
  const buyer = await newBuyer(stack);
  const { subscriptions } = buyer.seatline;
  const intake = await publishedIntake(stack.sql, { price: 50_000_50 });
  const [plan] =
    await stack.sql`insert into public.subscription_plans (title, period, status) values ('All by the month', 'month', 'active') returning id, variant_id`;
  await stack.sql`insert into public.prices (variant_id, currency, amount) values (${plan?.variant_id}, 'IDR', 9900050)`;
  await stack.sql`insert into public.subscription_plan_scopes (plan_id, product_id) values (${plan?.id}, ${intake.productId})`;
  const offers = await visitor(stack).subscriptions.offers();
  expect(offers.find(({ id }) => id === plan?.id)).toMatchObject({ prices: [{ currency: "IDR", amount: 9900050 }] });

  const denied = { code: "not_in_subscription", status: 402 };
  await expectRefusal(subscriptions.enroll(intake.intakeId), denied);
  const started = await subscriptions.start({ plan_id: plan?.id });
  expect(started.subscription).toMatchObject({ status: "incomplete", plan_id: plan?.id });
  expect((await subscriptions.start({ plan_id: plan?.id })).url).toBe(started.url);
  const session = new URL(started.url).pathname.split("/").filter(Boolean).at(-1) ?? "";
  expect(await atProvider(stack, session, "pay")).toBe(200);
  const mine = async () => (await subscriptions.mine())[0];
  await expect.poll(async () => (await mine())?.status).toBe("active");
  await expectRefusal(subscriptions.start({ plan_id: plan?.id }), { code: "already_subscribed", status: 409 });
  expect((await buyer.seatline.orders.list()).data).toMatchObject([{ status: "paid", total_amount: 9900050 }]);

  expect(await subscriptions.enroll(intake.intakeId)).toMatchObject({ status: "active" });
  expect(await buyer.seatline.courses.mine()).toMatchObject([{ slug: intake.slug, state: "active" }]);
  const subscription_id = started.subscription.id;
  expect(await subscriptions.cancel({ subscription_id })).toMatchObject({ cancels_at: expect.any(String) });
  expect(await subscriptions.resume(subscription_id)).toMatchObject({ cancels_at: null });
  const stranger = await newBuyer(stack);
  const missing = { code: "subscription_not_found", status: 404 };
  await expectRefusal(stranger.seatline.subscriptions.cancel({ subscription_id }), missing);
  expect(await subscriptions.cancel({ subscription_id, at_period_end: false })).toMatchObject({ status: "canceled" });
  expect(await buyer.seatline.courses.mine()).toEqual([]);
}, 60_000);
