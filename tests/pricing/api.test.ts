import { beforeAll, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { publishedIntake } from "../support/catalog.ts";
import { newLearner, visitor } from "../support/learners.ts";
import { type SignedUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();
let manager: SignedUp;

beforeAll(async () => {
  manager = await signUpStaff(stack, "catalog_manager");
});

test("a price that staff set over REST is what the next visitor sees and the next buyer pays", async () => {
  const { variantId, slug } = await publishedIntake(stack.sql, { price: 10_00 });
  const lines = [{ variant_id: variantId, quantity: 1 }];
  const [early, late] = [await newLearner(stack), await newLearner(stack)];
  const before = await early.seatline.orders.place({ lines });
  const { status } = await manager.client.from("prices").update({ amount: 12_50 }).eq("variant_id", variantId);
  expect(status).toBe(204);
  expect((await visitor(stack).courses.get(slug)).intakes[0]?.prices).toEqual([{ currency: "IDR", amount: 12_50 }]);
  expect((await late.seatline.orders.place({ lines })).total_amount).toBe(12_50);
  expect((await early.seatline.orders.get(before.id)).total_amount).toBe(10_00);
});

test("a buyer pays in the currency they choose, when there is a price in it", async () => {
  const { variantId, slug } = await publishedIntake(stack.sql, { price: 450_000_00 });
  const lines = [{ variant_id: variantId, quantity: 1 }];
  const { seatline } = await newLearner(stack);
  expect(await refusal(seatline.orders.place({ lines, currency: "USD" }))).toMatchObject({
    code: "price_missing",
    status: 422,
  });
  expect(await refusal(seatline.orders.place({ lines, currency: "EUR" }))).toMatchObject({
    code: "currency_not_supported",
    status: 422,
  });
  await manager.client.from("prices").insert({ variant_id: variantId, currency: "USD", amount: 29_00 });
  expect((await visitor(stack).courses.get(slug, { currency: "USD" })).intakes[0]?.prices).toEqual([
    { currency: "USD", amount: 29_00 },
  ]);
  expect(await seatline.orders.place({ lines, currency: "USD" })).toMatchObject({
    currency: "USD",
    total_amount: 29_00,
  });
});

test("amounts arrive as whole numbers without a lost unit", async () => {
  const { variantId, slug } = await publishedIntake(stack.sql, { price: 999_999_999_999 });
  const { seatline } = await newLearner(stack);
  expect((await visitor(stack).courses.get(slug)).intakes[0]?.prices[0]?.amount).toBe(999_999_999_999);
  expect((await seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] })).total_amount).toBe(
    999_999_999_999,
  );
});
