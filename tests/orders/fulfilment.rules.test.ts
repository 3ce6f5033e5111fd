import { describe, expect, test } from "vitest";
import type { Order, OrderPage } from "../../packages/sdk/src/index.ts";
import { refund as giveBack, paidBasket, told } from "../payments/giving-back.ts";
import { as, cancelOrder, enroll, getOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asOwner, asStaff, newCustomer, staffRoles } from "../support/people.ts";

const database = useDatabase();
const notReady = { code: "order_not_ready", status: 409 };

async function warehouse(sql: Sql): Promise<string> {
  const id = await asStaff(sql, "warehouse");
  await asOwner(sql);
  return id;
}

function step(sql: Sql, person: string, verb: string, orderId: string, key: string | null = null): Promise<Order> {
  return as(sql, person, async (tx) => {
    const [row] = await tx.unsafe(`select public.${verb}(order_id => $1, idempotency_key => $2) as answer`, [
      orderId,
      key,
    ]);
    return row?.answer;
  });
}

const ship = (sql: Sql, person: string, orderId: string) =>
  as(sql, person, (tx) => tx`select public.mark_shipped(${orderId}, 'JNE', 'JNE-42')`);

const eventsOf = async (sql: Sql, orderId: string) =>
  (await sql`select name from public.events where subject_id = ${orderId} order by id`).map(({ name }) => name);

const completeDue = async (sql: Sql) => {
  const [row] = await sql`select private.complete_due_orders() as completed`;
  return row?.completed;
};

/** Lets this many days pass for everything that happened. */
async function daysPass(sql: Sql, days: number): Promise<void> {
  await sql`update public.events set occurred_at = occurred_at - make_interval(days => ${days})`;
  await sql`update private.order_completions set due_at = due_at - make_interval(days => ${days})`;
}

describe("an order with goods", () => {
  test("is processed, shipped and delivered by the warehouse, and completes days later", () =>
    database.rolledBack(async (sql) => {
      const { orderId, customerId } = await paidBasket(sql);
      const keeper = await warehouse(sql);
      expect(await step(sql, keeper, "start_processing", orderId)).toMatchObject({
        status: "processing",
        processing_at: expect.any(String),
      });
      await ship(sql, keeper, orderId);
      expect(await getOrder(sql, customerId, orderId)).toMatchObject({
        status: "shipped",
        shipment: { carrier: "JNE", tracking_number: "JNE-42" },
      });
      expect((await step(sql, keeper, "mark_delivered", orderId)).status).toBe("delivered");
      expect(await completeDue(sql)).toBe(0);
      await daysPass(sql, 8);
      expect(await completeDue(sql)).toBe(1);
      expect(await getOrder(sql, customerId, orderId)).toMatchObject({
        status: "completed",
        completed_at: expect.any(String),
      });
      expect(await eventsOf(sql, orderId)).toEqual([
        "order.placed",
        "order.paid",
        "order.processing",
        "order.shipped",
        "order.delivered",
        "order.completed",
      ]);
    }));

  test("leaves once and arrives once, and never before it left", () =>
    database.rolledBack(async (sql) => {
      const { orderId } = await paidBasket(sql);
      const keeper = await warehouse(sql);
      await expectRefusal(() => step(sql, keeper, "mark_delivered", orderId), notReady);
      await expectRefusal(() => step(sql, keeper, "complete_order", orderId), notReady);
      await ship(sql, keeper, orderId);
      await expectRefusal(() => ship(sql, keeper, orderId), notReady);
      await expectRefusal(() => step(sql, keeper, "start_processing", orderId), notReady);
      await step(sql, keeper, "mark_delivered", orderId);
      await expectRefusal(() => step(sql, keeper, "mark_delivered", orderId), notReady);
    }));

  test("that was partly refunded is shipped with what is left of it; one without goods left is not", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const keeper = await warehouse(sql);
      await giveBack(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity: 1 }] });
      await ship(sql, keeper, basket.orderId);
      await giveBack(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity: 1 }] });
      expect((await step(sql, keeper, "mark_delivered", basket.orderId)).status).toBe("delivered");
      const other = await paidBasket(sql);
      await giveBack(sql, other.orderId, { lines: [{ order_item_id: other.things }] });
      await expectRefusal(() => ship(sql, keeper, other.orderId), notReady);
    }));

  test("that was partly refunded completes all the same: by hand when the money is back, or by itself, never while it is on its way", () =>
    database.rolledBack(async (sql) => {
      const keeper = await warehouse(sql);
      const baskets = [await paidBasket(sql), await paidBasket(sql)] as const;
      for (const { orderId } of baskets) {
        await step(sql, keeper, "mark_shipped", orderId);
        await step(sql, keeper, "mark_delivered", orderId);
        await giveBack(sql, orderId, { amount: 1_00 });
        await expectRefusal(() => step(sql, keeper, "complete_order", orderId), notReady);
      }
      await daysPass(sql, 8);
      expect(await completeDue(sql)).toBe(0);
      for (const { id } of await sql`select id from public.refunds where status = 'pending'`)
        await told(sql, id, "success");
      const [byHand, byItself] = baskets;
      expect((await step(sql, keeper, "complete_order", byHand.orderId)).status).toBe("completed");
      await daysPass(sql, 2);
      expect(await completeDue(sql)).toBe(1);
      expect((await getOrder(sql, byItself.customerId, byItself.orderId)).status).toBe("completed");
      await expectInvariants(sql);
    }));

  test("that somebody works on is cancelled by staff only, and not by anybody once it left", () =>
    database.rolledBack(async (sql) => {
      const { orderId, customerId } = await paidBasket(sql);
      const keeper = await warehouse(sql);
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      await step(sql, keeper, "start_processing", orderId);
      const gone = { code: "order_not_cancellable", status: 409 };
      await expectRefusal(() => cancelOrder(sql, customerId, orderId), gone);
      expect(await cancelOrder(sql, support, orderId, { reason: "damaged" })).toMatchObject({ status: "cancelled" });
      const shipped = await paidBasket(sql);
      await ship(sql, keeper, shipped.orderId);
      await expectRefusal(() => cancelOrder(sql, support, shipped.orderId, { reason: "late" }), gone);
    }));
});

describe("an order of which nothing is sent", () => {
  test("completes once its course has begun, days after it was paid", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const begun = await enroll(sql, learner, (await publishedIntake(sql)).intakeId);
      const later = await publishedIntake(sql, { starts: new Date(Date.now() + 30 * 86_400_000) });
      const waits = await enroll(sql, learner, later.intakeId);
      await daysPass(sql, 8);
      expect(await completeDue(sql)).toBe(1);
      expect(((await getOrder(sql, learner, begun.order.id)) as OrderPage).status).toBe("completed");
      expect((await getOrder(sql, learner, waits.order.id)).status).toBe("paid");
      await sql`update public.intakes set starts_at = now() - interval '1 minute' where id = ${later.intakeId}`;
      await daysPass(sql, 31);
      expect(await completeDue(sql)).toBe(1);
      expect(await completeDue(sql)).toBe(0);
      const reasons = await sql`select reason from public.status_changes where subject_id = ${waits.order.id}`;
      expect(reasons).toEqual([{ reason: "nothing is left to do" }]);
    }));

  test("is never shipped, and is completed by hand at once", () =>
    database.rolledBack(async (sql) => {
      const keeper = await warehouse(sql);
      const { order } = await enroll(sql, await newCustomer(sql), (await publishedIntake(sql)).intakeId);
      await expectRefusal(() => ship(sql, keeper, order.id), notReady);
      expect((await step(sql, keeper, "complete_order", order.id)).status).toBe("completed");
    }));
});

describe("the steps of fulfilment", () => {
  test("are for staff with orders.fulfil, and one key is one step", () =>
    database.rolledBack(async (sql) => {
      const { orderId, customerId } = await paidBasket(sql);
      const denied = { code: "permission_denied", status: 403 };
      await expectRefusal(() => step(sql, customerId, "mark_shipped", orderId), denied);
      for (const role of staffRoles) {
        const id = await asStaff(sql, role);
        await asOwner(sql);
        if (["warehouse", "admin"].includes(role)) continue;
        await expectRefusal(() => step(sql, id, "start_processing", orderId), denied);
      }
      const keeper = await warehouse(sql);
      const first = await step(sql, keeper, "start_processing", orderId, "one");
      expect(await step(sql, keeper, "start_processing", orderId, "one")).toEqual(first);
      await expectRefusal(() => step(sql, keeper, "mark_shipped", orderId, "one"), {
        code: "idempotency_key_reused",
        status: 422,
      });
      await expectRefusal(() => step(sql, keeper, "mark_shipped", crypto.randomUUID()), {
        code: "order_not_found",
        status: 404,
      });
      const long = "x".repeat(101);
      await expectRefusal(() => as(sql, keeper, (tx) => tx`select public.mark_shipped(${orderId}, ${long})`), {
        code: "invalid_shipment",
        status: 422,
      });
    }));
});
