import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff, type StaffRole, staffRoles } from "../support/people.ts";
import { lines, method, orderBy, parcel, rate, receiver, simpleShipping, zone } from "./parcels.ts";

const database = useDatabase();
const writers: StaffRole[] = ["admin", "warehouse"];
const denied = { code: "42501", status: 403 };

describe("zones, methods and rates", () => {
  test("are read by anybody; a method that is offered no more only by who writes them", () =>
    database.rolledBack(async (sql) => {
      const { zoneId } = await simpleShipping(sql, 9_000);
      await sql`update public.shipping_methods set archived_at = now() where id = ${await method(sql, { name: "Gone" })}`;
      const seen = async (table: string) => (await sql.unsafe(`select id from public.${table}`)).length;
      for (const become of [asAnon, asCustomer]) {
        await become(sql);
        const tables = ["shipping_zones", "shipping_zone_places", "shipping_methods", "shipping_rates"];
        expect(await Promise.all(tables.map(seen))).toEqual([1, 1, 1, 1]);
        await asOwner(sql);
      }
      await asStaff(sql, "warehouse");
      expect(await seen("shipping_methods")).toBe(2);
      expect(await sql`delete from public.shipping_zones where id = ${zoneId} returning id`).toHaveLength(1);
    }));

  for (const role of staffRoles) {
    const may = writers.includes(role);
    test(`are ${may ? "" : "not "}written by staff with the role ${role}, and every write is in the audit log`, () =>
      database.rolledBack(async (sql) => {
        const { zoneId, methodId, rateId } = await simpleShipping(sql, 9_000);
        const [before] = await sql`select count(*)::integer as rows from public.audit_log`;
        await asStaff(sql, role);
        if (!may) {
          await expectRefusal(() => zone(sql), denied);
          await expectRefusal(() => method(sql), denied);
          await expectRefusal(() => rate(sql, zoneId, methodId, { amount: 1, currency: "USD" }), denied);
        } else {
          await rate(sql, await zone(sql, { country: "JP" }), await method(sql), { amount: 1 });
        }
        const changed = [
          await sql`update public.shipping_zones set name = 'Other' where id = ${zoneId} returning id`,
          await sql`update public.shipping_methods set archived_at = now() where id = ${methodId} returning id`,
          await sql`update public.shipping_rates set amount = 1 where id = ${rateId} returning id`,
          await sql`delete from public.shipping_zone_places where shipping_zone_id = ${zoneId} returning id`,
        ];
        expect(changed.map(({ length }) => length)).toEqual(may ? [1, 1, 1, 1] : [0, 0, 0, 0]);
        await asOwner(sql);
        const [after] =
          await sql`select count(*)::integer as rows from public.audit_log where table_name <> 'role_members'`;
        if (may) expect(after?.rows).toBeGreaterThanOrEqual(before?.rows + 8);
      }));
  }

  test("keep their place: a rate moves to no other zone, and a place to none either", () =>
    database.rolledBack(async (sql) => {
      const [{ zoneId }, other] = [await simpleShipping(sql, 9_000), await zone(sql)];
      await asStaff(sql, "admin");
      for (const table of ["shipping_rates", "shipping_zone_places"])
        await expectRefusal(
          () =>
            sql.unsafe(`update public.${table} set shipping_zone_id = '${other}' where shipping_zone_id = '${zoneId}'`),
          denied,
        );
    }));
});

describe("what sending costs", () => {
  test("is asked by visitors for lines, and chosen only by who has a cart", () =>
    database.rolledBack(async (sql) => {
      const { methodId } = await simpleShipping(sql, 9_000);
      const book = await parcel(sql, 50_000, 500);
      const ask = async (extra: string) =>
        (await sql.unsafe(`select public.shipping_offers(lines => '${lines([book, 1])}'${extra}) as answer`))[0]
          ?.answer;
      await asAnon(sql);
      expect(await ask("")).toMatchObject({ needed: true, shipping: { amount: 9_000 } });
      await expectRefusal(() => ask(", address_id => gen_random_uuid()"), { code: "sign_in_required", status: 401 });
      await expectRefusal(() => sql`select public.set_shipping_method(${methodId})`, { code: "42501", status: 401 });
    }));

  test("is written into an order by nobody", () =>
    database.rolledBack(async (sql) => {
      await simpleShipping(sql, 9_000);
      const buyer = await receiver(sql);
      const { id } = await orderBy(sql, buyer, [[await parcel(sql, 50_000, 500), 1]]);
      const attempt = (set: string) => (tx: Sql) => () =>
        tx.unsafe(`update public.orders set ${set} where id = '${id}'`);
      for (const set of ["shipping_amount = 0", "shipping_method = null", "shipping_refunded_amount = 1"]) {
        await asCustomer(sql, buyer);
        await expectRefusal(attempt(set)(sql), denied);
        await asStaff(sql, "admin");
        await expectRefusal(attempt(set)(sql), denied);
      }
    }));
});
