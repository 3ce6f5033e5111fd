import { expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, goods } from "../support/goods.ts";
import { newLearner, newLearners, tallyAnswers, visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

test("six hundred buyers on twenty seats over HTTP: twenty are sold, the rest out of stock, nobody waits longer than 15 s", async () => {
  const intake = await publishedIntake(stack.sql, { seats: 20 });
  const learners = await newLearners(stack, 600);
  const answers = await Promise.all(
    learners.map(async ({ call }) => {
      const started = performance.now();
      const answer = await call("enroll", { intake_id: intake.intakeId });
      return { ...answer, ms: performance.now() - started };
    }),
  );
  expect(tallyAnswers(answers)).toEqual({ "200": 20, "409 out_of_stock": 580 });
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(15_000);
  const [sold] =
    await stack.sql`select count(*) as seats from public.enrollments where intake_id = ${intake.intakeId} and status = 'active'`;
  expect(sold).toEqual({ seats: 20 });
}, 60_000);

test("two hundred buyers of paid seats hold them all, and whoever waits gets what is given back", async () => {
  const intake = await publishedIntake(stack.sql, { seats: 10, price: 50_000_00 });
  const learners = await newLearners(stack, 200);
  const lines = [{ variant_id: intake.variantId, quantity: 1 }];
  const answers = await Promise.all(learners.map(({ call }) => call("place_order", { lines })));
  expect(tallyAnswers(answers)).toEqual({ "200": 10, "409 out_of_stock": 190 });
  const winners = learners.filter((_, index) => answers[index]?.status === 200);
  const losers = learners.filter((_, index) => answers[index]?.status !== 200);
  await Promise.all(
    winners
      .slice(0, 4)
      .map(({ seatline }) =>
        seatline.orders.list().then(({ data }) => seatline.orders.cancel({ order_id: data[0]?.id as string })),
      ),
  );
  const second = await Promise.all(losers.slice(0, 30).map(({ call }) => call("place_order", { lines })));
  expect(tallyAnswers(second)).toEqual({ "200": 4, "409 out_of_stock": 26 });
}, 60_000);

test("levels follow a purchase and its end, for everybody to see", async () => {
  const intake = await publishedIntake(stack.sql, { seats: 3, price: 50_000_00 });
  const learner = await newLearner(stack);
  const levels = () => visitor(stack).inventory.levels([intake.variantId]);
  const level = { variant_id: intake.variantId, on_hand: 3, backordered: 0 };
  expect(await levels()).toEqual([{ ...level, available: 3, sellable: 3, reserved: 0 }]);
  const order = await learner.seatline.orders.place({ lines: [{ variant_id: intake.variantId, quantity: 1 }] });
  expect(await levels()).toEqual([{ ...level, available: 2, sellable: 2, reserved: 1 }]);
  await learner.seatline.orders.cancel({ order_id: order.id });
  expect(await levels()).toEqual([{ ...level, available: 3, sellable: 3, reserved: 0 }]);
});

test("an intake that is not counted and one that is not published have no level", async () => {
  const uncounted = await publishedIntake(stack.sql, { seats: null });
  const draft = await publishedIntake(stack.sql, { seats: 4, status: "draft" });
  expect(await visitor(stack).inventory.levels([uncounted.variantId, draft.variantId])).toEqual([]);
});

test("a warehouse keeps goods by the SDK: places, receipts, holds, deliveries, modes, movements", async () => {
  const keeper = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${keeper.id}, 'warehouse')`;
  const { inventory } = keeper.seatline;
  const variant_id = await goods(stack.sql, { status: "published", price: 10_000_00 });
  const place = await inventory.createLocation({ code: `shop-${variant_id.slice(0, 8)}`, name: "Shop", priority: 7 });
  const [main] = await inventory.locations();
  expect(main).toMatchObject({ code: "main", kind: "main" });
  await inventory.adjust({ lines: [{ variant_id, delta: 8 }], reason: "receipt", note: "delivery 17" });
  await inventory.transfer({
    lines: [{ variant_id, quantity: 3 }],
    from_location_id: main?.id as string,
    to_location_id: place.id,
  });
  const counted = await inventory.adjust({
    lines: [{ variant_id, counted: 2, location_id: place.id }],
    reason: "count",
  });
  expect(counted).toMatchObject({ lines: [{ delta: -1 }], filled: 0, levels: [{ available: 7 }] });
  const hold = await inventory.reserve({ lines: [{ variant_id, quantity: 6 }], minutes: 5 });
  const placed = await inventory.levelsByLocation([variant_id]);
  expect(placed.map(({ location_code, reserved }) => [location_code, reserved])).toEqual([
    ["main", 5],
    [place.code, 1],
  ]);
  await expectRefusal(inventory.updateLocation({ location_id: place.id, active: false }), {
    code: "location_in_use",
    status: 409,
  });
  expect(await inventory.deductHold({ hold_id: hold.id })).toMatchObject({ status: "deducted" });
  await expectRefusal(inventory.release({ hold_id: hold.id }), { code: "hold_ended", status: 409 });
  await inventory.deduct({ lines: [{ variant_id, quantity: 1, location_id: place.id }] });
  expect(await inventory.setMode({ variant_id, mode: "backorder", backorder_limit: 4 })).toMatchObject({ sellable: 4 });
  expect((await inventory.updateLocation({ location_id: place.id, active: false })).deactivated_at).not.toBeNull();
  const first = await inventory.movements({ variant_id, limit: 3 });
  const rest = await inventory.movements({ variant_id, limit: 50, cursor: first.next_cursor });
  expect(first.data.map(({ reason, quantity }) => [reason, quantity])[0]).toEqual(["capacity", 4]);
  expect(rest.data.at(-1)).toMatchObject({ reason: "receipt", quantity: 8, note: "delivery 17", actor_id: keeper.id });
  expect([...first.data, ...rest.data].reduce((sum, { quantity }) => sum + quantity, 0)).toBe(4);
});

test("another system keeps stock with the secret key; a customer is refused", async () => {
  const variant_id = await goods(stack.sql);
  const system = createSeatline({ url: stack.urls.api, key: stack.keys.secretKey });
  const lines = [{ variant_id, delta: 5 }];
  const once = { idempotencyKey: `receipt-${variant_id}` };
  const answer = await system.inventory.adjust({ lines, reason: "receipt" }, once);
  expect(await system.inventory.adjust({ lines, reason: "receipt" }, once)).toEqual(answer);
  expect(answer.levels).toMatchObject([{ on_hand: 5 }]);
  const { seatline } = await newLearner(stack);
  await expectRefusal(seatline.inventory.adjust({ lines, reason: "receipt" }), {
    code: "permission_denied",
    status: 403,
  });
});

test("a bundle of a course and a file is bought in one order; its last seat makes it sold out", async () => {
  const seat = await publishedIntake(stack.sql, { seats: 1, price: 300_000_00 });
  const file = await goods(stack.sql, { kind: "digital", status: "published", price: 50_000_00 });
  const bundle = await bundleOf(stack.sql, [
    { variant: seat.variantId, quantity: 1 },
    { variant: file, quantity: 1 },
  ]);
  const [buyer, late] = await newLearners(stack, 2);
  const lines = [{ variant_id: bundle, quantity: 1 }];
  const order = await buyer?.seatline.orders.place({ lines });
  expect(order).toMatchObject({ status: "paid", total_amount: 0 });
  expect(await buyer?.seatline.courses.mine()).toMatchObject([{ intake_id: seat.intakeId, status: "active" }]);
  await expectRefusal(late?.seatline.orders.place({ lines }) ?? Promise.resolve(), {
    code: "out_of_stock",
    status: 409,
  });
});

test("whoever keeps stock gets one mail when little of a thing is left", async () => {
  const keeper = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${keeper.id}, 'warehouse')`;
  const { inventory } = keeper.seatline;
  const variant_id = await goods(stack.sql);
  await inventory.adjust({ lines: [{ variant_id, delta: 4 }], reason: "receipt" });
  await inventory.setLowStockThreshold({ variant_id, threshold: 2 });
  for (const quantity of [1, 1, 1]) await inventory.deduct({ lines: [{ variant_id, quantity }] });
  await expect
    .poll(
      () =>
        stack.sql`select type, status from public.notifications where profile_id = ${keeper.id} and type = 'low_stock'`,
      {
        timeout: 20_000,
        interval: 200,
      },
    )
    .toEqual([{ type: "low_stock", status: "sent" }]);
}, 30_000);
