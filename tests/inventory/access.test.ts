import { describe, expect, test } from "vitest";
import { orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";

const database = useDatabase();

async function soldSeat(sql: Sql) {
  const built = await publishedIntake(sql, { seats: 5, price: 10_00 });
  const buyer = await newCustomer(sql);
  await orderOne(sql, buyer, built.variantId);
  return { ...built, buyer };
}

describe("stock levels", () => {
  test("are public for what is published, and show how many are held but not by whom", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await soldSeat(sql);
      await asAnon(sql);
      const [level] = await sql`select * from public.stock_levels where variant_id = ${variantId}`;
      expect(level).toEqual({
        variant_id: variantId,
        available: 4,
        reserved: 1,
        on_hand: 5,
        sellable: 4,
        backordered: 0,
      });
      await expectRefusal(() => sql`select * from public.reservations`, { code: "42501", status: 401 });
      await expectRefusal(() => sql`select * from public.stock_movements`, { code: "42501", status: 401 });
    }));
});

describe("holds and movements", () => {
  test("are for staff who keep stock; not even the holder reads the row", () =>
    database.rolledBack(async (sql) => {
      const { variantId, buyer } = await soldSeat(sql);
      const rows = async () => {
        const [row] = await sql`select
          (select count(*) from public.reservations where variant_id = ${variantId}) as holds,
          (select count(*) from public.stock_movements where variant_id = ${variantId}) as movements`;
        return row;
      };
      await asCustomer(sql, buyer);
      expect(await rows()).toEqual({ holds: 0, movements: 0 });
      for (const role of staffRoles) {
        await asStaff(sql, role);
        const may = ["warehouse", "catalog_manager", "admin", "auditor"].includes(role) ? 1 : 0;
        expect(await rows(), role).toEqual({ holds: may, movements: may });
      }
    }));

  test("are written by nobody: no customer, no staff, not the secret key", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await soldSeat(sql);
      const attempts = [
        () => sql`update public.stock_slots set available = 999 where variant_id = ${variantId}`,
        () =>
          sql`insert into public.stock_slots (variant_id, slot, location_id, available) values (${variantId}, 63, gen_random_uuid(), 1)`,
        () => sql`delete from public.stock_slots`,
        () => sql`update public.stock_levels set available = 999 where variant_id = ${variantId}`,
        () => sql`update public.reservations set expires_at = now() + interval '1 year'`,
        () => sql`delete from public.reservations`,
        () =>
          sql`insert into public.stock_movements (variant_id, location_id, quantity, reason) values (${variantId}, gen_random_uuid(), 1, 'return')`,
        () => sql`delete from public.stock_movements`,
      ];
      const forbidden = { code: "42501", status: 403 };
      for (const become of [(sql: Sql) => asCustomer(sql), (sql: Sql) => asStaff(sql, "admin"), asService]) {
        await asOwner(sql);
        await become(sql);
        for (const attempt of attempts) {
          // A view that sums cannot be written by anybody, which Postgres says before it looks at grants.
          if (attempt === attempts[3]) await expect(refused(sql, attempt)).resolves.toBe(true);
          else await expectRefusal(attempt, forbidden);
        }
      }
    }));

  test("are not reached through the functions that write them", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await soldSeat(sql);
      for (const become of [asAnon, (sql: Sql) => asStaff(sql, "admin"), asService]) {
        await asOwner(sql);
        await become(sql);
        const calls = [
          () => sql`select private.draw_units(${variantId}, 1, false)`,
          () => sql`select private.change_capacity(${variantId}, 100)`,
          () => sql`select private.release_due_units(${variantId})`,
          () => sql`select private.settle_reservations(gen_random_uuid(), 'released')`,
          () => sql`select private.expire_due_orders()`,
        ];
        for (const call of calls) await expectRefusal(call, { code: "42501", status: become === asAnon ? 401 : 403 });
      }
    }));
});

async function refused(sql: Sql, attempt: () => PromiseLike<unknown>): Promise<boolean> {
  await sql`savepoint before_attempt`;
  const failed = await attempt().then(
    () => false,
    () => true,
  );
  await sql`rollback to savepoint before_attempt`;
  return failed;
}
