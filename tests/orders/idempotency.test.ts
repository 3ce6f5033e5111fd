import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { cancelOrder, enroll, orderOne, payOrder, placeOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();

test("a call that is repeated because its response was lost gets the first answer, even if the order has moved on", () =>
  database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const { variantId } = await publishedIntake(sql, { seats: 3, price: 100_00 });
    const lines = [{ variant_id: variantId, quantity: 1 }];
    const first = await placeOrder(sql, buyer, lines, { key: "lost" });
    expect(await payOrder(sql, buyer, first.id)).toBe("applied");
    expect(await placeOrder(sql, buyer, lines, { key: "lost" })).toEqual(first);
    const [count] = await sql`select count(*) as orders from public.orders where customer_id = ${buyer}`;
    expect(count).toEqual({ orders: 1 });
  }));

test("a key is for one request: another body, another verb or another order is refused", () =>
  database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const [first, second] = [await publishedIntake(sql, { seats: 3 }), await publishedIntake(sql, { seats: 3 })];
    const key = randomUUID();
    const { order } = await enroll(sql, buyer, first.intakeId, key);
    const reused = { code: "idempotency_key_reused", status: 422 };
    await expectRefusal(() => enroll(sql, buyer, second.intakeId, key), reused);
    await expectRefusal(() => placeOrder(sql, buyer, [{ variant_id: first.variantId, quantity: 1 }], { key }), reused);
    await expectRefusal(() => cancelOrder(sql, buyer, order.id, { key }), reused);
    expect(await enroll(sql, buyer, first.intakeId, key)).toMatchObject({ order: { id: order.id } });
  }));

test("the same lines written in another way are the same request", () =>
  database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const { variantId } = await publishedIntake(sql, { price: 100_00 });
    const first = await placeOrder(sql, buyer, [{ variant_id: variantId, quantity: 1 }], { key: "k" });
    expect(await placeOrder(sql, buyer, [{ quantity: 1, variant_id: variantId }], { key: "k" })).toEqual(first);
  }));

test("a refusal does not burn its key", () =>
  database.rolledBack(async (sql) => {
    const [holder, buyer] = [await newCustomer(sql), await newCustomer(sql)];
    const { variantId } = await publishedIntake(sql, { seats: 1, price: 100_00 });
    const held = await orderOne(sql, holder, variantId);
    const lines = [{ variant_id: variantId, quantity: 1 }];
    await expectRefusal(() => placeOrder(sql, buyer, lines, { key: "again" }), { code: "out_of_stock", status: 409 });
    await cancelOrder(sql, holder, held.id);
    const order = await placeOrder(sql, buyer, lines, { key: "again" });
    expect(order.status).toBe("pending");
    expect(await placeOrder(sql, buyer, lines, { key: "again" })).toEqual(order);
  }));

test("another person's same key is independent, and never gives their answer", () =>
  database.rolledBack(async (sql) => {
    const [one, two] = [await newCustomer(sql), await newCustomer(sql)];
    const { intakeId } = await publishedIntake(sql, { seats: 3 });
    const first = await enroll(sql, one, intakeId, "shared");
    const second = await enroll(sql, two, intakeId, "shared");
    expect(second.order.id).not.toBe(first.order.id);
    await expectRefusal(() => cancelOrder(sql, two, first.order.id, { key: "shared-2" }), {
      code: "order_not_found",
      status: 404,
    });
  }));

test("without a key every call is a request of its own", () =>
  database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const { intakeId } = await publishedIntake(sql, { seats: 3 });
    await enroll(sql, buyer, intakeId);
    await expectRefusal(() => enroll(sql, buyer, intakeId), { code: "already_enrolled", status: 409 });
  }));

test("a key has 1 to 255 characters", () =>
  database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const { intakeId } = await publishedIntake(sql, { seats: 3 });
    for (const key of ["", "x".repeat(256)]) {
      await expectRefusal(() => enroll(sql, buyer, intakeId, key), { code: "invalid_idempotency_key", status: 422 });
    }
    expect((await enroll(sql, buyer, intakeId, "x".repeat(255))).enrollment.status).toBe("active");
  }));

test("answers are forgotten after thirty days, and only then", () =>
  database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const { intakeId } = await publishedIntake(sql, { seats: 3 });
    await enroll(sql, buyer, intakeId, "old");
    expect(await sql`select private.purge_idempotency_keys() as purged`).toEqual([{ purged: 0 }]);
    await sql`update private.idempotency_keys set created_at = now() - interval '31 days'`;
    expect(await sql`select private.purge_idempotency_keys() as purged`).toEqual([{ purged: 1 }]);
  }));
