import { describe, expect, test } from "vitest";
import type { OrderPage } from "../../packages/sdk/src/index.ts";
import { newPlan, payOnPage, start } from "../instalments/paying.ts";
import { actingAs } from "../payments/acting-as.ts";
import { customerWithAddress, paidBasket, told } from "../payments/giving-back.ts";
import { paidSale } from "../payments/paid-sale.ts";
import type { openSale } from "../payments/sale.ts";
import { cancelOrder, placeOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { call, complain, newStaff, openComplaint, resolve } from "./complaining.ts";

const database = useDatabase();
const notOpen = { code: "complaint_not_open", status: 409 };
const alreadyOpen = { code: "complaint_already_open", status: 409 };

const page = (sql: Sql, who: string, orderId: string) => call<OrderPage>(sql, who, "get_order", orderId);
const eventsOf = async (sql: Sql, id: string) =>
  (await sql`select name from public.events where subject_id = ${id} order by id`).map(({ name }) => name);

/** What the buyer of a basket has of it, and what is on sale. */
async function left(sql: Sql, orderId: string, things: string, thing: string) {
  const [row] = await sql`select
    (select status from public.orders where id = ${orderId}) as "order",
    (select refunded_quantity from public.order_items where id = ${things}) as refunded,
    (select available from public.stock_levels where variant_id = ${thing}) as on_sale`;
  return row;
}

describe("a complaint is resolved", () => {
  test("by a refund of its lines, which are not put on sale unless staff say so", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const finance = await newStaff(sql, "finance");
      expect((await call(sql, finance, "get_complaint", complaint.id)).choices).toEqual([
        "refund",
        "store_credit",
        "rejected",
      ]);
      const resolved = await resolve(sql, complaint.id, { note: "We are sorry." }, finance);
      expect(resolved).toMatchObject({
        status: "resolved",
        resolution: "refund",
        resolution_note: "We are sorry.",
        waiting_since: null,
        settlement: "pending",
        assignee: { id: finance },
        resolutions: [
          {
            round: 1,
            lines: [{ order_item_id: basket.things, quantity: 2 }],
            refunds: [{ amount: 20_00, destination: "payment", status: "pending" }],
            replacement: null,
          },
        ],
        history: [{}, { from_status: "open", to_status: "resolved", reason: "We are sorry.", actor_kind: "staff" }],
        choices: [],
      });
      expect(await left(sql, basket.orderId, basket.things, basket.thing)).toEqual({
        order: "partially_refunded",
        refunded: 2,
        on_sale: 6,
      });
      expect(await eventsOf(sql, complaint.id)).toContain("complaint.resolved");
      await expectRefusal(() => resolve(sql, complaint.id), notOpen);
      await told(sql, resolved.resolutions[0]?.refunds[0]?.id as string, "success");
      expect((await call(sql, basket.customerId, "get_complaint", complaint.id)).settlement).toBe("settled");
    });
  });

  test("by a refund with restock, by an amount alone, and by other lines", async () => {
    await database.rolledBack(async (sql) => {
      const restocked = await openComplaint(sql);
      await resolve(sql, restocked.complaint.id, { restock: true });
      expect(await left(sql, restocked.basket.orderId, restocked.basket.things, restocked.basket.thing)).toMatchObject({
        refunded: 2,
        on_sale: 8,
      });
      const lowered = await openComplaint(sql);
      const answer = await resolve(sql, lowered.complaint.id, { amount: 3_00 });
      expect(answer.resolutions[0]).toMatchObject({ lines: [], refunds: [{ amount: 3_00 }] });
      expect(await left(sql, lowered.basket.orderId, lowered.basket.things, lowered.basket.thing)).toMatchObject({
        refunded: 0,
        on_sale: 6,
      });
      const whole = await paidBasket(sql);
      const about = await complain(sql, whole.customerId, whole.orderId, { type: "missing" });
      await expectRefusal(() => resolve(sql, about.id), { code: "invalid_lines", status: 422 });
      const lines = [{ order_item_id: whole.book }];
      expect((await resolve(sql, about.id, { lines })).resolutions[0]?.refunds).toMatchObject([{ amount: 25_00 }]);
    });
  });

  test("by store credit, which the customer has at once", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const resolved = await resolve(sql, complaint.id, { resolution: "store_credit" });
      expect(resolved).toMatchObject({
        settlement: "settled",
        resolutions: [{ refunds: [{ destination: "store_credit", amount: 20_00, status: "success" }] }],
      });
      const balance = await actingAs(
        sql,
        basket.customerId,
        (tx) => tx`select balance_amount from public.my_store_credit()`,
      );
      expect(balance).toEqual([{ balance_amount: 20_00 }]);
    });
  });

  test("by a replacement: an order of the same things that costs nothing, goes the same way and takes its units", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const support = await newStaff(sql, "support");
      expect((await call(sql, support, "get_complaint", complaint.id)).choices).toEqual(["replacement", "rejected"]);
      const resolved = await resolve(sql, complaint.id, { resolution: "replacement" }, support);
      const replacement = resolved.resolutions[0]?.replacement;
      expect(resolved).toMatchObject({
        status: "resolved",
        settlement: "settled",
        resolutions: [{ refunds: [], replacement: { status: "paid" } }],
      });
      const order = await page(sql, basket.customerId, replacement?.order_id as string);
      expect(order).toMatchObject({
        total_amount: 0,
        due_amount: 0,
        items: [{ variant_id: basket.thing, quantity: 2, unit_amount: 0 }],
      });
      expect(order.shipping_address).toEqual((await page(sql, basket.customerId, basket.orderId)).shipping_address);
      expect(await left(sql, basket.orderId, basket.things, basket.thing)).toEqual({
        order: "paid",
        refunded: 0,
        on_sale: 4,
      });
      await cancelOrder(sql, basket.customerId, order.id);
      expect((await call(sql, support, "get_complaint", complaint.id)).settlement).toBe("failed");
    });
  });

  test("by no replacement that is sold out or a seat; staff then choose otherwise", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const seat = await complain(sql, basket.customerId, basket.orderId, { lines: [{ order_item_id: basket.seat }] });
      const replacement = "replacement";
      const notReplaceable = { code: "complaint_not_replaceable", status: 409 };
      await expectRefusal(() => resolve(sql, seat.id, { resolution: replacement }), notReplaceable);
      const lines = [{ order_item_id: basket.things, quantity: 4 }];
      const first = await complain(sql, basket.customerId, basket.orderId);
      await resolve(sql, first.id, { resolution: replacement, lines });
      // two are left
      const second = await complain(sql, basket.customerId, basket.orderId);
      await expectRefusal(() => resolve(sql, second.id, { resolution: replacement, lines }), {
        code: "out_of_stock",
        status: 409,
      });
      expect((await call(sql, basket.customerId, "get_complaint", second.id)).status).toBe("open");
      expect((await resolve(sql, complaint.id, { resolution: replacement })).status).toBe("resolved");
      expect((await resolve(sql, second.id, { resolution: "store_credit", lines })).status).toBe("resolved");
    });
  });

  test("never for more than was paid, nor without a note, nor in a way there is not", async () => {
    await database.rolledBack(async (sql) => {
      const { complaint } = await openComplaint(sql);
      await expectRefusal(() => resolve(sql, complaint.id, { amount: 95_01 }), {
        code: "refund_exceeds_payment",
        status: 409,
      });
      for (const note of [null, " ", "x".repeat(501)])
        await expectRefusal(() => resolve(sql, complaint.id, { note }), { code: "invalid_reason", status: 422 });
      for (const wish of [
        { resolution: "gift" },
        { resolution: null },
        { resolution: "rejected", amount: 1 },
        { resolution: "replacement", amount: 1 },
      ])
        await expectRefusal(() => resolve(sql, complaint.id, wish), { code: "invalid_resolution", status: 422 });
      expect((await call(sql, "service", "get_complaint", complaint.id)).status).toBe("open");
    });
  });

  test("never by a refund of which no money would come: what is not paid yet is only owed", async () => {
    await database.rolledBack(async (sql) => {
      const customerId = await customerWithAddress(sql);
      const thing = await stockedVariant(sql, 10, { status: "published", price: 10_00 });
      const { id: orderId, items } = await placeOrder(sql, customerId, [{ variant_id: thing, quantity: 4 }]);
      const order = { customerId, orderId } as Awaited<ReturnType<typeof openSale>>;
      const { instalments } = await start(sql, order, await newPlan(sql, { count: 4 }));
      await payOnPage(sql, order, instalments[0].amount);
      const lines = [{ order_item_id: items[0]?.id as string, quantity: 2 }];
      const { id } = await complain(sql, customerId, orderId, { lines });
      for (const resolution of ["refund", "store_credit"])
        await expectRefusal(() => resolve(sql, id, { resolution }), { code: "nothing_to_refund", status: 409 });
      expect((await resolve(sql, id, { amount: 5_00 })).resolutions[0]?.refunds).toMatchObject([{ amount: 5_00 }]);
    });
  });

  test("by a rejection with its reason, and is reopened once, in time", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const who = basket.customerId;
      expect(await resolve(sql, complaint.id, { resolution: "rejected", note: "It was used." })).toMatchObject({
        status: "rejected",
        settlement: null,
        resolutions: [{ refunds: [] }],
      });
      const [before] =
        await sql`update public.complaints set resolved_at = now() - interval '15 days' where id = ${complaint.id} returning status`;
      expect(before?.status).toBe("rejected");
      const reopen = () => call(sql, who, "reopen_complaint", complaint.id, "It was not.");
      await expectRefusal(reopen, { code: "complaint_not_reopenable", status: 409 });
      await sql`update public.complaints set resolved_at = now() where id = ${complaint.id}`;
      expect((await call(sql, who, "get_complaint", complaint.id)).actions).toEqual(["reopen"]);
      const other = await complain(sql, who, basket.orderId, { lines: [{ order_item_id: basket.things }] });
      await expectRefusal(reopen, alreadyOpen);
      await call(sql, who, "withdraw_complaint", other.id);
      expect(await reopen()).toMatchObject({
        status: "open",
        round: 2,
        resolution: null,
        messages: [{ body: "It was not." }],
      });
      await resolve(sql, complaint.id);
      await expectRefusal(reopen, { code: "complaint_not_reopenable", status: 409 });
      const { resolutions } = await call(sql, who, "get_complaint", complaint.id);
      expect(resolutions.map(({ round, resolution }) => `${round} ${resolution}`)).toEqual(["1 rejected", "2 refund"]);
    });
  });

  test("and says when its refund failed afterwards: on its page, on the order's and to whoever looks after such things", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const { resolutions } = await resolve(sql, complaint.id);
      await told(sql, resolutions[0]?.refunds[0]?.id as string, "failed");
      expect(await call(sql, basket.customerId, "get_complaint", complaint.id)).toMatchObject({
        status: "resolved",
        settlement: "failed",
      });
      const { complaints } = await page(sql, basket.customerId, basket.orderId);
      expect(complaints).toMatchObject([{ settlement: "failed" }]);
      const concerns = async () =>
        (await sql`select kind, subject from private.overdue_concerns() where kind like 'complaint%'`).map(
          ({ kind }) => kind,
        );
      expect(await concerns()).toEqual(["complaint_unsettled"]);
      await actingAs(
        sql,
        "service",
        (tx) => tx`select public.retry_refund(${resolutions[0]?.refunds[0]?.id as string})`,
      );
      await told(sql, resolutions[0]?.refunds[0]?.id as string, "success");
      expect((await call(sql, basket.customerId, "get_complaint", complaint.id)).settlement).toBe("settled");
      expect(await concerns()).toEqual([]);
    });
  });

  test("and the books notice a resolution without its effect", async () => {
    const broken = async (change: (sql: Sql, id: string) => PromiseLike<unknown>) => {
      await expect(
        database.rolledBack(async (sql) => {
          const { complaint } = await openComplaint(sql);
          await resolve(sql, complaint.id);
          await sql`select set_config('role', 'none', true), set_config('session_replication_role', 'replica', true)`;
          await change(sql, complaint.id);
        }),
      ).rejects.toThrow("broken invariants");
    };
    await broken((sql) => sql`delete from private.complaint_refunds`);
    await broken((sql) => sql`delete from private.complaint_resolutions`);
    await broken((sql, id) => sql`update public.complaints set resolution = 'store_credit' where id = ${id}`);
    await broken((sql, id) => sql`update private.complaint_lines set ended_at = null where complaint_id = ${id}`);
  });
});

test("a seat that somebody complains about is given back with its refund", async () => {
  await database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const [item] = await sql`select id from public.order_items where order_id = ${sale.orderId}`;
    const complaint = await complain(sql, sale.customerId, sale.orderId, {
      type: "other",
      lines: [{ order_item_id: item?.id }],
    });
    await resolve(sql, complaint.id);
    const [seat] = await sql`select status from public.enrollments where order_item_id = ${item?.id}`;
    expect(seat?.status).toBe("cancelled");
  });
});
