import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { quote } from "../pricing/offers.ts";
import {
  as,
  cancelOrder,
  endHold,
  enroll,
  getOrder,
  openPayment,
  orderOne,
  payOrder,
  placeOrder,
} from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();
const rolledBack = (work: (sql: Sql) => Promise<void>) => database.rolledBack(work);

describe("placing an order", () => {
  test("holds a paid seat and answers the whole order", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const intake = await publishedIntake(sql, { seats: 2, price: 450_000_00 });
      const order = await orderOne(sql, buyer, intake.variantId);
      expect(order).toMatchObject({
        status: "pending",
        currency: "IDR",
        subtotal_amount: 450_000_00,
        discount_amount: 0,
        tax_amount: 0,
        shipping_amount: 0,
        total_amount: 450_000_00,
        paid_at: null,
        items: [
          {
            variant_id: intake.variantId,
            kind: "course",
            quantity: 1,
            unit_amount: 450_000_00,
            enrollment: { intake_id: intake.intakeId, status: "reserved" },
          },
        ],
        payments: [],
        refunds: [],
      });
      expect(order.number).toMatch(/^SL-\d{6,}$/);
      expect(await getOrder(sql, buyer, order.id)).toMatchObject(order);
      const [hold] =
        await sql`select extract(epoch from orders.expires_at - orders.placed_at)::int as seconds, reservations.expires_at = orders.expires_at as same
        from public.orders join public.reservations on holder_id = orders.id where orders.id = ${order.id}`;
      expect(hold).toEqual({ seconds: 35 * 60, same: true });
    }));

  test("is paid at once when there is nothing to pay", () =>
    rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 2 });
      const order = await orderOne(sql, await newCustomer(sql), intake.variantId);
      expect(order).toMatchObject({
        status: "paid",
        total_amount: 0,
        expires_at: null,
        items: [{ enrollment: { status: "active" } }],
      });
      expect(order.paid_at).not.toBeNull();
      const events = await sql`select name from public.events where subject_id = ${order.id} order by id`;
      expect(events.map(({ name }) => name)).toEqual(["order.placed", "order.paid"]);
    }));

  test("adds up several lines, free and paid, in one transaction or not at all", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const intakes: string[] = [];
      for (const price of [0, 100_00, 250_00])
        intakes.push((await publishedIntake(sql, { seats: 1, price })).variantId);
      const full = await publishedIntake(sql, { seats: 0, price: 5_00 });
      await expectRefusal(() => orderOne(sql, buyer, ...intakes, full.variantId), {
        code: "out_of_stock",
        status: 409,
      });
      const [left] = await sql`select count(*) as orders from public.orders where customer_id = ${buyer}`;
      expect(left).toEqual({ orders: 0 });
      expect(await orderOne(sql, buyer, ...intakes)).toMatchObject({ status: "pending", total_amount: 350_00 });
    }));

  test("keeps what was bought as it was", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const intake = await publishedIntake(sql, { price: 100_00 });
      const order = await orderOne(sql, buyer, intake.variantId);
      await sql`update public.prices set amount = 999_00 where variant_id = ${intake.variantId}`;
      await sql`update public.products set title = 'Another title', status = 'archived' where id = ${intake.productId}`;
      expect(await getOrder(sql, buyer, order.id)).toMatchObject(order);
    }));
});

describe("a tampered order", () => {
  const line = (more: object) => (variant_id: string) => [{ variant_id, quantity: 1, ...more }];
  const invalid = { code: "invalid_lines", status: 422 };
  const quantity = { code: "invalid_quantity", status: 422 };
  const attempts: Record<string, [(variant: string) => unknown, { code: string; status: number }]> = {
    "a price": [line({ price: 1 }), invalid],
    "a total": [line({ total_amount: 0 }), invalid],
    "a discount": [line({ discount: 100 }), invalid],
    "no variant": [() => [{ quantity: 1 }], invalid],
    "a null variant": [() => [{ variant_id: null, quantity: 1 }], invalid],
    "a variant that is no uuid": [() => [{ variant_id: "1' or '1'='1", quantity: 1 }], invalid],
    "no quantity": [(variant_id) => [{ variant_id }], invalid],
    "no lines": [() => [], invalid],
    "an object for lines": [(variant_id) => ({ variant_id, quantity: 1 }), invalid],
    "null for lines": [() => null, invalid],
    "a text for a line": [(variant) => [variant], invalid],
    "51 lines": [(variant_id) => Array.from({ length: 51 }, () => ({ variant_id, quantity: 1 })), invalid],
    "quantity 0": [line({ quantity: 0 }), quantity],
    "quantity -1": [line({ quantity: -1 }), quantity],
    "quantity 1.5": [line({ quantity: 1.5 }), quantity],
    "quantity 1e9": [line({ quantity: 1e9 }), quantity],
    "a text for a quantity": [line({ quantity: "1" }), quantity],
    "a null quantity": [line({ quantity: null }), quantity],
    "true for a quantity": [line({ quantity: true }), quantity],
    "two seats for one learner": [line({ quantity: 2 }), quantity],
    "two seats in two lines": [(variant_id) => [1, 1].map((quantity) => ({ variant_id, quantity })), quantity],
    "a variant that does not exist": [
      () => [{ variant_id: randomUUID(), quantity: 1 }],
      { code: "variant_not_found", status: 404 },
    ],
  };

  const isRefused = (target: TestDatabase, name: string) =>
    target.rolledBack(async (sql) => {
      const [lines, refusal] = attempts[name] ?? expect.fail();
      const buyer = await newCustomer(sql);
      const intake = await publishedIntake(sql, { seats: 5, price: 100_00 });
      await expectRefusal(() => placeOrder(sql, buyer, lines(intake.variantId)), refusal);
      const [level] =
        await sql`select available, reserved from public.stock_levels where variant_id = ${intake.variantId}`;
      expect(level).toEqual({ available: 5, reserved: 0 });
    });

  test.each(Object.keys(attempts))("with %s is refused", (name) => isRefused(database, name));

  test.each([
    ["a price", / or v_line - array\['variant_id', 'quantity'\] <> '{}'/],
    ["a text for a quantity", / jsonb_typeof\(v_line -> 'quantity'\) <> 'number' or/],
    ["51 lines", /jsonb_array_length\(parse_lines\.lines\) > v_most/],
  ])("with %s is noticed where nobody looks", (name, guard) => {
    const instead = name === "51 lines" ? "false" : "";
    return withSabotage(replaceInFunction("private.parse_lines", guard, instead), (shop) => isRefused(shop, name), {
      rounds: 1,
    });
  });

  test("cannot buy what is a draft, archived, or not published yet", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      for (const wish of [
        { status: "draft" },
        { status: "archived" },
        { publishAt: new Date(Date.now() + 60_000) },
      ] as const) {
        const { variantId } = await publishedIntake(sql, { price: 100_00, ...wish });
        await expectRefusal(() => orderOne(sql, buyer, variantId), { code: "variant_not_found", status: 404 });
      }
    }));

  test("has at most the lines that the shop allows, and sums lines of one variant before it looks at stock", () =>
    rolledBack(async (sql) => {
      const [one, two] = [randomUUID(), randomUUID()].sort();
      const lines = [
        { variant_id: two, quantity: 3 },
        { variant_id: one, quantity: 1 },
        { variant_id: two?.toUpperCase(), quantity: 4 },
      ];
      const rows = await sql`select * from private.parse_lines(${JSON.stringify(lines)}::text::jsonb)`;
      expect(rows).toEqual([
        { variant_id: one, quantity: 1 },
        { variant_id: two, quantity: 7 },
      ]);
      await sql`update public.settings set value = '2' where key = 'max_order_lines'`;
      await expectRefusal(sql`select * from private.parse_lines(${JSON.stringify(lines)}::text::jsonb)`, invalid);
    }));
});

describe("a hold", () => {
  test("that is alive is named to its owner instead of blocking them in silence", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const intake = await publishedIntake(sql, { seats: 1, price: 100_00 });
      const other = await publishedIntake(sql, { seats: 1, price: 100_00 });
      const order = await orderOne(sql, buyer, other.variantId);
      await expectRefusal(() => orderOne(sql, buyer, intake.variantId, other.variantId), {
        code: "order_already_open",
        status: 409,
      });
      await sql`savepoint before_refusal`;
      const error = await orderOne(sql, buyer, other.variantId).catch((refused: Error) => refused);
      await sql`rollback to savepoint before_refusal`;
      expect(JSON.parse((error as Error).message).details).toBe(order.id);
    }));

  /** Everything that its owner does short of paying. */
  const isNotProlonged = (target: TestDatabase) =>
    target.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { seats: 3, price: 100_00 });
      const { id } = await orderOne(sql, buyer, variantId);
      await sql`update public.orders set expires_at = expires_at - interval '20 minutes' where id = ${id}`;
      await sql`update public.reservations set expires_at = expires_at - interval '20 minutes' where holder_id = ${id}`;
      const ends = async () => {
        const [row] = await sql`select orders.expires_at as "order", min(reservations.expires_at) as seat
          from public.orders join public.reservations on holder_id = orders.id where orders.id = ${id} group by 1`;
        return row;
      };
      const before = await ends();
      await openPayment(sql, buyer, id);
      await expectRefusal(() => openPayment(sql, buyer, id), { code: "payment_session_conflict", status: 409 });
      await expectRefusal(() => orderOne(sql, buyer, variantId), { code: "order_already_open", status: 409 });
      const lines = [{ variant_id: variantId, quantity: 1 }];
      await quote(sql, buyer, lines);
      await as(sql, buyer, (tx) => tx`select public.search_orders('SL')`);
      await as(sql, buyer, (tx) => tx`select * from public.stock_levels where variant_id = ${variantId}`);
      expect((await getOrder(sql, buyer, id)).status).toBe("pending");
      expect(await ends()).toEqual(before);
    });

  test("is not prolonged by browsing, reading the order, paying for it or trying again", () =>
    isNotProlonged(database));

  test("that every look at its payment prolongs is noticed", () =>
    withSabotage(
      replaceInFunction(
        "private.open_payment",
        "v_amount := private.payable_amount(",
        "update public.reservations set expires_at = now() + interval '35 minutes' where holder_id = v_order.id; v_amount := private.payable_amount(",
      ),
      isNotProlonged,
      { rounds: 1 },
    ));

  const isNoObstacle = (target: TestDatabase) =>
    target.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { seats: 1, price: 100_00 });
      const first = await orderOne(sql, buyer, variantId);
      await endHold(sql, first.id);
      const refusal = await refusalOf(() => orderOne(sql, buyer, variantId));
      expect(refusal, "their own hold stands in the way").toBeNull();
      expect(await getOrder(sql, buyer, first.id)).toMatchObject({
        status: "expired",
        items: [{ enrollment: { status: "expired" } }],
      });
    });

  test("that is due never stands in its owner's way, worker or no worker", () => isNoObstacle(database));

  test("that stands in its owner's way until the worker comes is noticed", () =>
    withSabotage(
      replaceInFunction("private.expire_own_due_orders", "orders.status = 'pending' and", "false and"),
      isNoObstacle,
      { rounds: 1 },
    ));

  test("that is due goes to the next buyer, and its order expires when the worker comes", () =>
    rolledBack(async (sql) => {
      const [sleeper, next] = [await newCustomer(sql), await newCustomer(sql)];
      const { variantId } = await publishedIntake(sql, { seats: 1, price: 100_00 });
      const slept = await orderOne(sql, sleeper, variantId);
      await expectRefusal(() => orderOne(sql, next, variantId), { code: "out_of_stock", status: 409 });
      await endHold(sql, slept.id);
      const taken = await orderOne(sql, next, variantId);
      expect(await sql`select private.expire_due_orders() as expired`).toEqual([{ expired: 1 }]);
      expect(await sql`select private.expire_due_orders() as expired`).toEqual([{ expired: 0 }]);
      expect((await getOrder(sql, sleeper, slept.id)).status).toBe("expired");
      expect((await getOrder(sql, next, taken.id)).status).toBe("pending");
      await expectRefusal(() => openPayment(sql, sleeper, slept.id), { code: "order_not_payable", status: 409 });
    }));
});

describe("cancelling", () => {
  test("frees the seats of an unpaid order, and the buyer may order again", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { seats: 1, price: 100_00 });
      const order = await orderOne(sql, buyer, variantId);
      const cancelled = await cancelOrder(sql, buyer, order.id, { reason: "too dear" });
      expect(cancelled).toMatchObject({
        status: "cancelled",
        cancel_reason: "too dear",
        items: [{ enrollment: { status: "cancelled" } }],
      });
      await expectRefusal(() => cancelOrder(sql, buyer, order.id), { code: "order_not_cancellable", status: 409 });
      expect((await orderOne(sql, buyer, variantId)).status).toBe("pending");
    }));

  test("gives a free seat back", () =>
    rolledBack(async (sql) => {
      const [buyer, next] = [await newCustomer(sql), await newCustomer(sql)];
      const { intakeId } = await publishedIntake(sql, { seats: 1 });
      const { order } = await enroll(sql, buyer, intakeId);
      await cancelOrder(sql, buyer, order.id);
      expect((await enroll(sql, next, intakeId)).enrollment.status).toBe("active");
      await expectRefusal(() => enroll(sql, buyer, intakeId), { code: "out_of_stock", status: 409 });
    }));

  test("what was paid is for staff once customer_cancel_hours are over: access ends, the seat is free, the money goes back", () =>
    rolledBack(async (sql) => {
      await sql`update public.settings set value = '0' where key = 'customer_cancel_hours'`;
      const buyer = await newCustomer(sql);
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      const { variantId } = await publishedIntake(sql, { seats: 1, price: 100_00 });
      const order = await orderOne(sql, buyer, variantId);
      expect(await payOrder(sql, buyer, order.id)).toBe("applied");
      await expectRefusal(() => cancelOrder(sql, buyer, order.id), { code: "order_not_cancellable", status: 409 });
      expect(await cancelOrder(sql, support, order.id, { reason: "course moved" })).toMatchObject({
        status: "cancelled",
        items: [{ enrollment: { status: "cancelled" } }],
        payments: [{ status: "refunding" }],
        refunds: [{ amount: 100_00, status: "pending", reason: "order_cancelled" }],
      });
      const [level] = await sql`select available from public.stock_levels where variant_id = ${variantId}`;
      expect(level).toEqual({ available: 1 });
    }));

  test("by staff insists on a reason, which the customer reads; customers need none", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      const { variantId } = await publishedIntake(sql, { price: 100_00 });
      const orders = [await orderOne(sql, buyer, variantId), await orderOne(sql, support, variantId)];
      const [theirs, own] = orders.map(({ id }) => id) as [string, string];
      const noReason = { code: "invalid_reason", status: 422 };
      for (const reason of [undefined, "", " \n\t "])
        await expectRefusal(() => cancelOrder(sql, support, theirs, { reason }), noReason);
      await expectRefusal(() => sql`select public.cancel_order(${theirs})`, noReason);
      expect(await payOrder(sql, buyer, theirs)).toBe("applied");
      await expectRefusal(() => cancelOrder(sql, support, theirs), noReason);
      const cancelled = await cancelOrder(sql, support, theirs, { reason: "the teacher is ill" });
      expect(cancelled).toMatchObject({ status: "cancelled", cancel_reason: "the teacher is ill" });
      // what staff bought themselves they cancel as customers do
      expect((await cancelOrder(sql, support, own)).status).toBe("cancelled");
    }));

  test("takes a reason of up to 500 characters", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const order = await orderOne(sql, buyer, (await publishedIntake(sql, { price: 1_00 })).variantId);
      await expectRefusal(() => cancelOrder(sql, buyer, order.id, { reason: "x".repeat(501) }), {
        code: "invalid_reason",
        status: 422,
      });
      expect((await cancelOrder(sql, buyer, order.id, { reason: "x".repeat(500) })).status).toBe("cancelled");
    }));
});
