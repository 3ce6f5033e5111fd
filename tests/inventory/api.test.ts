import { expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { refusal } from "../sdk/refusal.ts";
import { publishedIntake } from "../support/catalog.ts";
import { stockedVariant } from "../support/goods.ts";
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

test("the warehouse books, moves, holds and watches stock over HTTP, and an integration does with the secret key", async () => {
  const warehouse = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${warehouse.id}, 'warehouse')`;
  const { inventory } = warehouse.seatline;
  const variant_id = await stockedVariant(stack.sql, 5);
  const [main] = await stack.sql`select id from public.locations where kind = 'main'`;
  const code = `shelf-${crypto.randomUUID().slice(0, 8)}`;
  const shelf = await inventory.createLocation({ code, name: "Shelf" });
  expect(await inventory.updateLocation({ location_id: shelf.id, name: "Shelf two" })).toMatchObject({
    name: "Shelf two",
  });

  const received = { lines: [{ variant_id, delta: 7 }], reason: "receipt", note: "Two boxes" } as const;
  const booked = await inventory.adjust(received, { idempotencyKey: "boxes" });
  expect(booked).toMatchObject({ lines: [{ variant_id, delta: 7 }], levels: [{ available: 12 }] });
  expect(await inventory.adjust(received, { idempotencyKey: "boxes" })).toEqual(booked);
  const move = { lines: [{ variant_id, quantity: 4 }], from_location_id: main?.id, to_location_id: shelf.id };
  expect((await inventory.transfer(move)).levels).toMatchObject([{ available: 12 }]);
  expect(await inventory.byLocation([variant_id])).toMatchObject([
    { location_id: main?.id, on_hand: 8, difference: 0 },
    { location_code: code, on_hand: 4, difference: 0 },
  ]);

  const integration = createSeatline({ url: stack.urls.api, key: stack.keys.secretKey }).inventory;
  const hold = await integration.reserve({ lines: [{ variant_id, quantity: 3 }], minutes: 5 });
  expect(hold).toMatchObject({ status: "held", lines: [{ variant_id, quantity: 3 }] });
  expect(await integration.release(hold.id)).toMatchObject({ status: "released" });
  const sold = await integration.reserve({ lines: [{ variant_id, quantity: 2 }] });
  expect(await integration.deductHold(sold.id)).toMatchObject({ status: "deducted" });
  expect((await integration.deduct({ lines: [{ variant_id, quantity: 1 }] })).levels).toMatchObject([{ on_hand: 9 }]);

  expect(await inventory.setMode({ variant_id, mode: "backorder", backorder_limit: 2 })).toMatchObject({
    sellable: 11,
  });
  await inventory.setLowStockThreshold({ variant_id, threshold: 9 });
  const alert = () =>
    stack.sql`select closed_at is null as open from public.alerts where kind = 'stock_low' and subject_id = ${variant_id}`;
  await stack.sql`select private.sweep_low_stock()`;
  await stack.sql`select private.raise_alerts()`;
  expect(await alert()).toEqual([{ open: true }]);
  await inventory.adjust({ lines: [{ variant_id, counted: 20 }], reason: "count" });
  await stack.sql`select private.raise_alerts()`;
  expect(await alert()).toEqual([{ open: false }]);

  const customer = (await newLearner(stack)).seatline.inventory;
  const denied = { code: "permission_denied", status: 403 };
  expect(await refusal(customer.adjust(received))).toMatchObject(denied);
  expect(await refusal(customer.byLocation([variant_id]))).toMatchObject(denied);
  expect(await refusal(inventory.deduct({ lines: [{ variant_id, quantity: 90 }] }))).toMatchObject({
    code: "out_of_stock",
    status: 409,
  });
});
