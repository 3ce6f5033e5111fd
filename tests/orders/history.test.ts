import { describe, expect, test } from "vitest";
import { cancelOrder, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();

/** How a row of each machine is put into a status, so that no other rule than the order of statuses is in the way. */
const machines = {
  order: {
    statuses: [
      "pending",
      "paid",
      "processing",
      "shipped",
      "delivered",
      "completed",
      "cancelled",
      "expired",
      "refunded",
      "partially_refunded",
      "needs_review",
    ],
    move: (sql: Sql, id: string, status: string) => sql`update public.orders set status = ${status} where id = ${id}`,
  },
  enrollment: {
    statuses: ["reserved", "active", "suspended", "completed", "cancelled", "expired"],
    move: (sql: Sql, id: string, status: string) => sql`update public.enrollments
      set status = ${status}, ended_at = case when ${status} in ('cancelled', 'expired') then now() end where id = ${id}`,
  },
};

describe("a status", () => {
  test("moves along the allowed moves, whoever writes it, and each move is history; every other move is refused", async () => {
    for (const machine of ["order", "enrollment"] as const) await triesEveryMove(machine);
  });

  test("never leaves an end behind: what is over stays over", () =>
    database.rolledBack(async (sql) => {
      const moves =
        await sql`select machine || ' ' || from_status || ' ' || to_status as move from private.status_moves`;
      const allowed = new Set(moves.map(({ move }) => move));
      const unthinkable = [
        "order paid pending",
        "order paid expired",
        "order cancelled paid",
        "order cancelled pending",
        "order expired pending",
        "order refunded paid",
        "order completed paid",
        "order shipped paid",
        // not "enrollment cancelled active": who subscribes again goes on with what was learned
        "enrollment active reserved",
        "enrollment expired reserved",
        "enrollment active expired",
        "payment refunded success",
        "payment success pending",
        "payment success failed",
        "payment failed pending",
        "refund success pending",
        "process done running",
      ];
      expect(unthinkable.filter((move) => allowed.has(move))).toEqual([]);
    }));

  test("tells who moved it, from where, to where and why", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const order = await orderOne(sql, buyer, (await publishedIntake(sql, { seats: 1, price: 5_00 })).variantId);
      await cancelOrder(sql, buyer, order.id, { reason: "wrong course" });
      const changes =
        await sql`select machine, from_status, to_status, reason, actor_id, request_id from public.status_changes
        where subject_id in (${order.id}, ${order.items[0]?.enrollment?.id as string}) order by machine`;
      const who = { reason: "wrong course", actor_id: buyer, request_id: "test-request" };
      expect(changes).toEqual([
        { machine: "enrollment", from_status: "reserved", to_status: "cancelled", ...who },
        { machine: "order", from_status: "pending", to_status: "cancelled", ...who },
      ]);
    }));
});

// Puts one row into every status behind the guard's back, tries every move from there, and takes everything back.
async function triesEveryMove(machine: keyof typeof machines): Promise<void> {
  const { statuses, move } = machines[machine];
  await database.rolledBack(async (sql) => {
    const order = await orderOne(sql, await newCustomer(sql), (await publishedIntake(sql, { price: 5_00 })).variantId);
    const id = machine === "order" ? order.id : (order.items[0]?.enrollment?.id as string);
    const moves =
      await sql`select from_status || ' ' || to_status as move from private.status_moves where machine = ${machine}`;
    const allowed = new Set(moves.map((row) => row.move));
    await sql`savepoint untouched`;
    for (const from of statuses) {
      await sql`set constraints all immediate`;
      await behindTheGuard(sql, async () => {
        await sql`update public.orders set paid_at = now(), cancelled_at = now() where id = ${order.id}`;
        await sql`update public.enrollments set enrolled_at = now() where learner_id = (select customer_id from public.orders where id = ${order.id})`;
        await move(sql, id, from);
      });
      await sql`savepoint placed`;
      for (const to of statuses.filter((status) => status !== from)) {
        if (!allowed.has(`${from} ${to}`)) {
          await expectRefusal(() => move(sql, id, to), { code: "illegal_status_move", status: 409 });
          continue;
        }
        await move(sql, id, to);
        const [change] =
          await sql`select from_status, to_status from public.status_changes where subject_id = ${id} order by id desc limit 1`;
        expect(change).toEqual({ from_status: from, to_status: to });
        await sql`rollback to savepoint placed`;
      }
      await sql`rollback to savepoint untouched`;
    }
  });
}

async function behindTheGuard(sql: Sql, work: () => Promise<unknown>): Promise<void> {
  await sql`select set_config('role', 'none', true), set_config('session_replication_role', 'replica', true)`;
  await work();
  await sql`select set_config('session_replication_role', 'origin', true), set_config('role', 'postgres', true)`;
}

describe("the books", () => {
  test("are added to, and never changed or removed, by nobody", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const order = await orderOne(sql, buyer, (await publishedIntake(sql, { seats: 1, price: 5_00 })).variantId);
      await payOrder(sql, buyer, order.id);
      const tables = ["status_changes", "stock_movements", "ledger_entries", "ledger_transactions", "audit_log"];
      for (const table of tables) {
        const [rows] = await sql.unsafe(`select count(*)::int as rows from public.${table}`);
        expect(rows?.rows, table).toBeGreaterThan(0);
        await expectRefusal(() => sql.unsafe(`delete from public.${table}`), { code: "append_only", status: 409 });
        const column = {
          status_changes: "reason = 'x'",
          stock_movements: "quantity = 99",
          ledger_entries: "amount = 1",
          ledger_transactions: "effect_key = 'x'",
          audit_log: "action = 'delete'",
        }[table];
        await expectRefusal(() => sql.unsafe(`update public.${table} set ${column}`), {
          code: "append_only",
          status: 409,
        });
      }
    }));

  test("hold no order that is not the sum of its lines and no total that is not the sum of its parts", () =>
    database.rolledBack(async (sql) => {
      const order = await orderOne(
        sql,
        await newCustomer(sql),
        (await publishedIntake(sql, { price: 5_00 })).variantId,
      );
      const wrong: [string, { code: string; status: number }][] = [
        ["update public.orders set total_amount = 1", { code: "23514", status: 400 }],
        ["update public.orders set discount_amount = 600, total_amount = -100", { code: "23514", status: 400 }],
        [
          "update public.orders set subtotal_amount = 600, total_amount = 600",
          { code: "order_does_not_add_up", status: 409 },
        ],
        ["update public.order_items set quantity = 2", { code: "23514", status: 400 }],
        [
          "update public.order_items set quantity = 2, subtotal_amount = 1000, total_amount = 1000",
          { code: "order_does_not_add_up", status: 409 },
        ],
        [
          "update public.order_items set quantity = 0, subtotal_amount = 0, total_amount = 0",
          { code: "23514", status: 400 },
        ],
        [
          "update public.order_items set unit_amount = -500, subtotal_amount = -500, total_amount = -500",
          { code: "23514", status: 400 },
        ],
        [
          "insert into public.order_items (order_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, total_amount) select order_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, total_amount from public.order_items",
          { code: "23505", status: 409 },
        ],
      ];
      for (const [statement, refusal] of wrong) {
        const attempt = () => sql.unsafe(`${statement}; set constraints all immediate`);
        await expectRefusal(attempt, refusal);
      }
      expect(order.total_amount).toBe(5_00);
    }));
});
