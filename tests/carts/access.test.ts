import { describe, expect, test } from "vitest";
import { as } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { add, contents, getCart, thingOnSale } from "./carts.ts";

const database = useDatabase();
const verbs = [
  "get_cart()",
  "clear_cart()",
  "set_cart_address(gen_random_uuid())",
  "set_cart_currency('IDR')",
  "merge_cart('[]')",
];

describe("a cart", () => {
  test("is seen by its customer and by staff with people.read; for others it is not there", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const thing = await thingOnSale(sql);
      const { id } = await add(sql, buyer, thing, 2);
      const rows = async (tx: Sql) =>
        (await tx`select from public.carts join public.cart_items on cart_id = carts.id where carts.id = ${id}`).length;
      expect(await as(sql, buyer, rows)).toBe(1);
      const seers = [];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        if ((await rows(sql)) > 0) seers.push(role);
      }
      expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
      const stranger = await asCustomer(sql);
      expect(await rows(sql)).toBe(0);
      await asOwner(sql);
      // a verb has no way to name another's cart: it acts on the caller's own
      await add(sql, stranger, thing);
      expect(contents(await getCart(sql, buyer))).toEqual({ [thing]: 2 });
    }));

  test("is written by its customer's verbs only", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { id } = await add(sql, buyer, await thingOnSale(sql));
      const attempts = [
        () => sql`update public.carts set customer_id = gen_random_uuid()`,
        () => sql`update public.carts set status = 'ordered'`,
        () => sql`insert into public.cart_items (cart_id, variant_id, quantity) values (${id}, gen_random_uuid(), 1)`,
        () => sql`update public.cart_items set quantity = 9, seen_unit_amount = 1`,
        () => sql`delete from public.cart_items`,
        () => sql`insert into public.cart_coupons (cart_id, coupon_id) values (${id}, gen_random_uuid())`,
        () => sql`select private.lock_cart(${buyer})`,
        () => sql`select private.expire_due_carts()`,
        () => sql`select private.merge_lines(${id}, '[]')`,
      ];
      for (const become of [(tx: Sql) => asCustomer(tx, buyer), asService, (tx: Sql) => asStaff(tx, "admin")]) {
        await become(sql);
        for (const attempt of attempts) await expectRefusal(attempt, { code: "42501", status: 403 });
      }
    }));

  test("is nobody's without a person: visitors and the secret key have none", () =>
    database.rolledBack(async (sql) => {
      for (const verb of verbs) {
        await asAnon(sql);
        await expectRefusal(() => sql.unsafe(`select public.${verb}`), { code: "42501", status: 401 });
        await asService(sql);
        await expectRefusal(() => sql.unsafe(`select public.${verb}`), { code: "42501", status: 403 });
      }
    }));
});
