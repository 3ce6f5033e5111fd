import { beforeAll, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { publishedIntake } from "../support/catalog.ts";
import { newLearner, visitor } from "../support/learners.ts";
import { type SignedUp, signUpStaff, useStack } from "../support/stack.ts";
import { linesOf, listPrice, promotion, tax, thing } from "./offers.ts";

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

test("a visitor reads prices with their tiers; a quote says every part, and the order costs it to the unit", async () => {
  const item = await thing(stack.sql, 1_110_00);
  await listPrice(stack.sql, item.variant, 888_00, { name: "For classes", from: 2 });
  await tax(stack.sql, { name: `VAT ${item.variant.slice(0, 6)}`, country: "SG", points: 900, inclusive: false });
  expect(await visitor(stack).pricing.prices({ variant_ids: [item.variant] })).toEqual({
    currency: "IDR",
    quantity: 1,
    prices: [
      {
        variant_id: item.variant,
        amount: 1_110_00,
        base_amount: 1_110_00,
        reason: { kind: "base" },
        tiers: [
          { min_quantity: 2, amount: 888_00, reason: expect.objectContaining({ kind: "tier", name: "For classes" }) },
        ],
      },
    ],
  });
  const wish = { lines: linesOf([item, 2]), country: "SG" };
  const { seatline } = await newLearner(stack);
  const quoted = await seatline.pricing.quote(wish);
  expect(quoted).toMatchObject({ subtotal_amount: 1_776_00, tax_amount: 159_84, total_amount: 1_935_84, problems: [] });
  const order = await seatline.orders.place(wish);
  expect(order.total_amount).toBe(quoted.total_amount);
  expect(order.items[0]?.pricing.taxes).toEqual(quoted.lines[0]?.taxes);
});

test("staff add a currency and retire it, and customers do neither", async () => {
  const { pricing } = (await newLearner(stack)).seatline;
  const denied = { code: "permission_denied", status: 403 };
  expect(await refusal(pricing.addCurrency({ code: "SGD", name: "Singapore dollar" }))).toMatchObject(denied);
  expect(await refusal(pricing.retireCurrency("USD"))).toMatchObject(denied);
  const added = await manager.client.rpc("add_currency", { code: "SGD", name: "Singapore dollar" });
  expect(added.data).toMatchObject({ code: "SGD", minor_units: 2, retired_at: null });
  const item = await thing(stack.sql, 12_50, { currency: "SGD" });
  expect(await pricing.quote({ lines: linesOf([item, 1]), currency: "SGD" })).toMatchObject({ total_amount: 12_50 });
  await manager.client.rpc("retire_currency", { code: "SGD" });
  expect(await refusal(pricing.quote({ lines: linesOf([item, 1]), currency: "SGD" }))).toMatchObject({
    code: "currency_not_supported",
    status: 422,
  });
});

test("staff make codes; a buyer's wrong one answers 404 and is counted although nothing else is kept", async () => {
  const offer = await promotion(stack.sql, { automatic: false, basis_points: 5000 });
  const lines = linesOf([await thing(stack.sql, 1_000), 1]);
  const { seatline } = await newLearner(stack);
  expect(await refusal(seatline.pricing.generateCoupons({ promotion_id: offer, count: 1 }))).toMatchObject({
    code: "permission_denied",
    status: 403,
  });
  const made = await manager.client.rpc("generate_coupons", { promotion_id: offer, count: 2, prefix: "api" });
  const [code] = (made.data as { codes: string[] }).codes;
  const answer = await seatline.pricing.quote({ lines, coupon_codes: [code?.toLowerCase() ?? ""] });
  expect(answer).toMatchObject({ discount_amount: 500, discounts: [{ code, kind: "percent", amount: 500 }] });
  const guess = (word: string) => refusal(seatline.pricing.quote({ lines, coupon_codes: [word] }));
  for (let round = 0; round < 10; round++)
    expect(await guess(`NO${round}NO`)).toMatchObject({ code: "coupon_not_found", status: 404 });
  expect(await guess(code ?? "")).toMatchObject({ code: "too_many_coupon_guesses", status: 429 });
});
