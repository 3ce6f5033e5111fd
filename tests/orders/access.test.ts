import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { as, cancelOrder, enroll, getOrder, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import {
  asAnon,
  asCustomer,
  asOwner,
  asService,
  asStaff,
  newCustomer,
  type StaffRole,
  staffRoles,
} from "../support/people.ts";

const database = useDatabase();
const notFound = { code: "order_not_found", status: 404 };
const readers: StaffRole[] = ["support", "warehouse", "finance", "admin", "auditor"];
const cancellers: StaffRole[] = ["support", "admin"];

/** How many rows of an order and of what hangs on it the one who asks can see. */
async function rowsOf(sql: Sql, orderId: string): Promise<Record<string, number>> {
  const [row] = await sql`select
    (select count(*) from public.orders where id = ${orderId}) as orders,
    (select count(*) from public.order_items where order_id = ${orderId}) as items,
    (select count(*) from public.status_changes where subject_id = ${orderId}) as changes`;
  return row as Record<string, number>;
}

async function paidOrder(sql: Sql) {
  const buyer = await newCustomer(sql);
  const { variantId } = await publishedIntake(sql, { seats: 5, price: 10_00 });
  const order = await orderOne(sql, buyer, variantId);
  await payOrder(sql, buyer, order.id);
  return { buyer, order, variantId };
}

describe("an order", () => {
  test("with its lines and history is seen by its buyer and by staff who may; for others it is not there", () =>
    database.rolledBack(async (sql) => {
      const { buyer, order } = await paidOrder(sql);
      const all = { orders: 1, items: 1, changes: 1 };
      const none = { orders: 0, items: 0, changes: 0 };
      expect(await as(sql, buyer, (tx) => rowsOf(tx, order.id))).toEqual(all);
      const stranger = await newCustomer(sql);
      expect(await as(sql, stranger, (tx) => rowsOf(tx, order.id))).toEqual(none);
      await expectRefusal(() => getOrder(sql, stranger, order.id), notFound);
      for (const role of staffRoles) {
        const id = await asStaff(sql, role);
        expect(await rowsOf(sql, order.id), role).toEqual(readers.includes(role) ? all : none);
        await asOwner(sql);
        if (readers.includes(role)) expect((await getOrder(sql, id, order.id)).id).toBe(order.id);
        else await expectRefusal(() => getOrder(sql, id, order.id), notFound);
      }
    }));

  test("that does not exist and one of somebody else's get one answer, from every verb", () =>
    database.rolledBack(async (sql) => {
      const { order } = await paidOrder(sql);
      const stranger = await newCustomer(sql);
      const answers = [];
      for (const id of [order.id, randomUUID()]) {
        for (const verb of ["get_order", "order_payments", "cancel_order", "start_payment"]) {
          await sql`savepoint before_call`;
          const call = as(sql, stranger, (tx) => tx.unsafe(`select public.${verb}($1::uuid)`, [id]));
          answers.push(await call.catch((error: Error & { detail?: string }) => [error.message, error.detail]));
          await sql`rollback to savepoint before_call`;
        }
      }
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(JSON.stringify(answers)).not.toContain(order.id);
    }));

  test("is cancelled by its buyer while unpaid, and by staff who may at any time", () =>
    database.rolledBack(async (sql) => {
      for (const role of staffRoles) {
        const { order } = await paidOrder(sql);
        const id = await asStaff(sql, role);
        await asOwner(sql);
        if (cancellers.includes(role))
          expect((await cancelOrder(sql, id, order.id, { reason: "a test" })).status, role).toBe("cancelled");
        else await expectRefusal(() => cancelOrder(sql, id, order.id), notFound);
      }
    }));

  test("is paid by its buyer only: not even staff start a payment for somebody else", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const order = await orderOne(sql, buyer, (await publishedIntake(sql, { price: 10_00 })).variantId);
      const admin = await asStaff(sql, "admin");
      await asOwner(sql);
      await expectRefusal(() => as(sql, admin, (tx) => tx`select public.start_payment(${order.id})`), notFound);
    }));

  test("is written by verbs only: nobody marks it paid, changes its price or hands it over", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { price: 10_00 });
      const order = await orderOne(sql, buyer, variantId);
      const attempts = [
        () => sql`update public.orders set status = 'paid', paid_at = now() where id = ${order.id}`,
        () => sql`update public.orders set total_amount = 0, subtotal_amount = 0 where id = ${order.id}`,
        () => sql`update public.orders set customer_id = gen_random_uuid() where id = ${order.id}`,
        () => sql`update public.orders set expires_at = now() + interval '1 year' where id = ${order.id}`,
        () =>
          sql`insert into public.orders (customer_id, status, currency, subtotal_amount, total_amount) values (${buyer}, 'paid', 'IDR', 0, 0)`,
        () => sql`insert into public.order_items (order_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, total_amount)
          values (${order.id}, ${variantId}, 'course', 'x', 'x', 1, 0, 0, 0)`,
        () =>
          sql`update public.order_items set unit_amount = 0, subtotal_amount = 0, total_amount = 0 where order_id = ${order.id}`,
        () => sql`delete from public.order_items where order_id = ${order.id}`,
        () => sql`delete from public.orders where id = ${order.id}`,
        () =>
          sql`insert into public.status_changes (machine, subject_id, from_status, to_status) values ('order', ${order.id}, 'pending', 'paid')`,
        () => sql`select private.confirm_order(${order.id})`,
        () => sql`select private.end_order(${order.id}, 'cancelled', null)`,
        () => sql`select private.place_quote(${buyer}, null)`,
        () => sql`select * from private.idempotency_keys`,
        () => sql`update private.status_moves set to_status = 'paid'`,
      ];
      for (const become of [(sql: Sql) => asCustomer(sql, buyer), (sql: Sql) => asStaff(sql, "admin"), asService]) {
        await asOwner(sql);
        await become(sql);
        for (const attempt of attempts) await expectRefusal(attempt, { code: "42501", status: 403 });
      }
    }));

  test("is placed by a person: visitors and the secret key are refused", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await publishedIntake(sql, { price: 10_00 });
      const lines = JSON.stringify([{ variant_id: variantId, quantity: 1 }]);
      for (const [become, status] of [
        [asAnon, 401],
        [asService, 403],
      ] as const) {
        await asOwner(sql);
        await become(sql);
        await expectRefusal(() => sql`select public.place_order(${lines}::text::jsonb)`, { code: "42501", status });
      }
    }));
});

describe("a refusal", () => {
  test("names nobody else's order, person or seat", () =>
    database.rolledBack(async (sql) => {
      const [holder, other] = [await newCustomer(sql), await newCustomer(sql)];
      const { intakeId } = await publishedIntake(sql, { seats: 1 });
      const { order, enrollment } = await enroll(sql, holder, intakeId);
      await sql`savepoint before_call`;
      const error = await enroll(sql, other, intakeId).catch((refused: Error) => refused);
      await sql`rollback to savepoint before_call`;
      const { code, ...rest } = JSON.parse((error as Error).message);
      expect(code).toBe("out_of_stock");
      for (const secret of [holder, order.id, order.number, enrollment.id])
        expect(JSON.stringify(rest)).not.toContain(secret);
    }));
});
