import { expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { bundleOf, goods, stockedVariant } from "../support/goods.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { adjust, deduct, main, newPlace, release, reserve, transfer } from "../support/stock-keeping.ts";

const database = useDatabase();
const denied = { code: "permission_denied", status: 403 };
const forbidden = { code: "42501", status: 403 };

/** Every verb that writes stock, each with arguments that would succeed. */
async function verbs(sql: Sql): Promise<Record<string, () => Promise<unknown>>> {
  const variant = await stockedVariant(sql, 20);
  const place = await newPlace(sql);
  const holds = [
    await reserve(sql, [{ variant_id: variant, quantity: 1 }]),
    await reserve(sql, [{ variant_id: variant, quantity: 1 }]),
  ];
  const one = [{ variant_id: variant, quantity: 1 }];
  return {
    adjust_stock: () => adjust(sql, [{ variant_id: variant, delta: 1 }], "receipt"),
    transfer_stock: () => transfer(sql, one, main, place),
    reserve_stock: () => reserve(sql, one),
    release_stock: () => release(sql, holds[0]?.id as string),
    deduct_stock: () => deduct(sql, { hold: holds[1]?.id as string }),
    set_stock_mode: async () => sql`select public.set_stock_mode(${variant}, 'backorder', 5)`,
    create_location: () => newPlace(sql),
    update_location: async () => sql`select public.update_location(${place}, 'Renamed')`,
    set_low_stock_threshold: async () => sql`select public.set_low_stock_threshold(${variant}, 3)`,
  };
}

test("stock is written by the warehouse, admins and the secret key, and by nobody else", () =>
  database.rolledBack(async (sql) => {
    for (const role of staffRoles) {
      await asOwner(sql);
      const calls = await verbs(sql);
      await asStaff(sql, role);
      for (const [verb, call] of Object.entries(calls)) {
        const may =
          ["warehouse", "admin"].includes(role) || (verb === "set_low_stock_threshold" && role === "catalog_manager");
        expect(await refusalOf(call), `${role} ${verb}`).toEqual(may ? null : denied);
      }
    }
    await asOwner(sql);
    const calls = await verbs(sql);
    await asCustomer(sql);
    for (const call of Object.values(calls)) await expectRefusal(call, denied);
    await asOwner(sql);
    await asAnon(sql);
    for (const call of Object.values(calls)) await expectRefusal(call, { code: "42501", status: 401 });
    await asOwner(sql);
    await asService(sql);
    for (const call of Object.values(calls)) await call();
  }));

test("who holds what, what was promised and what lies where is read by staff who keep stock", () =>
  database.rolledBack(async (sql) => {
    const variant = await stockedVariant(sql, 20);
    await reserve(sql, [{ variant_id: variant, quantity: 1 }]);
    const places = () => sql`select * from public.stock_by_location(${[variant]}::uuid[])`;
    for (const role of staffRoles) {
      await asStaff(sql, role);
      const may = ["warehouse", "catalog_manager", "admin", "auditor"].includes(role);
      expect(await sql`select * from public.stock_holds`, role).toHaveLength(may ? 1 : 0);
      if (may) expect(await places(), role).toMatchObject([{ location_code: "main", available: 19, reserved: 1 }]);
      else await expectRefusal(places, denied);
    }
    await asCustomer(sql);
    await expectRefusal(places, denied);
    await expectRefusal(() => sql`select * from private.stock_reconciliation`, forbidden);
  }));

test("places, holds, promises and modes are written by no hand, not even the secret key's", () =>
  database.rolledBack(async (sql) => {
    const variant = await stockedVariant(sql, 20);
    for (const become of [(sql: Sql) => asStaff(sql, "admin"), asService]) {
      await asOwner(sql);
      await become(sql);
      for (const attempt of [
        () => sql`update public.locations set priority = 1`,
        () => sql`insert into public.locations (code, name) values ('mine', 'Mine')`,
        () => sql`update public.stock_holds set expires_at = 'infinity'`,
        () => sql`update public.backorders set open_quantity = 0`,
        () => sql`update public.variants set stock_mode = 'none' where id = ${variant}`,
        () => sql`update public.variants set backorder_limit = 1000 where id = ${variant}`,
        () => sql`update public.variants set low_stock_threshold = 5 where id = ${variant}`,
        () => sql`select private.change_stock(null, 5, 'receipt', null, null)`,
        () => sql`select private.fill_backorders(${variant})`,
      ])
        await expectRefusal(attempt, forbidden);
    }
  }));

test("the parts of a bundle are written by who writes the catalogue, and seen by everybody once it is published", () =>
  database.rolledBack(async (sql) => {
    const part = await stockedVariant(sql, 5);
    const bundle = await bundleOf(sql, [{ variant: part, quantity: 2 }]);
    const draft = await goods(sql, { kind: "bundle" });
    const seen = async () =>
      (
        await sql`select component_variant_id, quantity from public.bundle_items where bundle_variant_id in (${bundle}, ${draft})`
      ).length;
    await asStaff(sql, "catalog_manager");
    await sql`insert into public.bundle_items (bundle_variant_id, component_variant_id) values (${draft}, ${part})`;
    await sql`update public.bundle_items set quantity = 3 where bundle_variant_id = ${draft}`;
    expect(await seen()).toBe(2);
    await asStaff(sql, "warehouse");
    await expectRefusal(
      () => sql`insert into public.bundle_items (bundle_variant_id, component_variant_id) values (${bundle}, ${draft})`,
      forbidden,
    );
    await asOwner(sql);
    await asAnon(sql);
    expect(await seen()).toBe(1);
  }));
