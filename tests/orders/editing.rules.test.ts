import { describe, expect, test } from "vitest";
import type { Order, OrderPage } from "../../packages/sdk/src/index.ts";
import { customerWithAddress, paidBasket } from "../payments/giving-back.ts";
import {
  as,
  confirmPayment,
  endHold,
  getOrder,
  openPayment,
  orderOne,
  payOrder,
  placeOrder,
} from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff, newCustomer, type StaffRole } from "../support/people.ts";

const database = useDatabase();
const notEditable = { code: "order_not_editable", status: 409 };

type Wish = { variant_id: string; quantity: number };
type Edited = { order: Order; supplement: Order | null };

async function staff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await asStaff(sql, role);
  await asOwner(sql);
  return id;
}

const edit = (
  sql: Sql,
  person: string,
  orderId: string,
  lines: Wish[],
  reason: string | null = "a test",
  key: string | null = null,
): Promise<Edited> =>
  as(sql, person, async (tx) => {
    const [row] =
      await tx`select public.edit_order(${orderId}, ${JSON.stringify(lines)}::text::jsonb, ${reason}, ${key}) as answer`;
    return row?.answer;
  });
const levels = async (sql: Sql, variant: string) => {
  const [row] = await sql`select available, reserved from public.stock_levels where variant_id = ${variant}`;
  return [row?.available, row?.reserved];
};
const of = (variant_id: string, quantity = 1): Wish => ({ variant_id, quantity });

describe("an unpaid order", () => {
  test("is edited by its customer: held and priced anew, what stays keeps its seat, and the page says what it was", () =>
    database.rolledBack(async (sql) => {
      const buyer = await customerWithAddress(sql);
      const thing = await stockedVariant(sql, 10, { status: "published", price: 10_00 });
      const other = await stockedVariant(sql, 10, { status: "published", price: 3_00 });
      const stays = await publishedIntake(sql, { seats: 2, price: 30_00 });
      const goes = await publishedIntake(sql, { seats: 2, price: 40_00 });
      const comes = await publishedIntake(sql, { seats: 2, price: 50_00 });
      const order = await placeOrder(sql, buyer, [of(thing, 4), of(stays.variantId), of(goes.variantId)]);
      const seat = order.items.find(({ variant_id }) => variant_id === stays.variantId)?.enrollment?.id;
      const edited = await edit(
        sql,
        buyer,
        order.id,
        [of(thing, 1), of(other, 2), of(stays.variantId), of(comes.variantId)],
        null,
      );
      expect(edited).toMatchObject({
        supplement: null,
        order: { status: "pending", total_amount: 96_00, expires_at: order.expires_at },
      });
      expect(await levels(sql, thing)).toEqual([9, 1]);
      expect(await levels(sql, other)).toEqual([8, 2]);
      expect(await levels(sql, goes.variantId)).toEqual([2, 0]);
      expect(await levels(sql, comes.variantId)).toEqual([1, 1]);
      expect(edited.order.items.find(({ variant_id }) => variant_id === stays.variantId)?.enrollment).toMatchObject({
        id: seat,
        status: "reserved",
      });
      const page = (await getOrder(sql, buyer, order.id)) as OrderPage;
      expect(page.actions).toContain("edit");
      expect(page.edits).toMatchObject([
        {
          actor_kind: "customer",
          before: { total_amount: 110_00 },
          after: { total_amount: 96_00 },
          supplement_id: null,
        },
      ]);
      expect(await payOrder(sql, buyer, order.id)).toBe("applied");
      expect(await getOrder(sql, buyer, order.id)).toMatchObject({
        status: "paid",
        payments: [{ status: "success", amount: 96_00 }],
      });
      expect(await levels(sql, thing)).toEqual([9, 0]);
    }));

  test("keeps its coupon, which is used up by itself, and its bundle is held as parts", () =>
    database.rolledBack(async (sql) => {
      const buyer = await customerWithAddress(sql);
      const part = await stockedVariant(sql, 10, { status: "published", price: 10_00 });
      const bundle = await bundleOf(sql, [{ variant: part, quantity: 2 }], 15_00);
      const [promotion] = await sql`insert into public.promotions (name, kind, status, basis_points, usage_limit)
        values ('Half', 'percent', 'active', 5000, 1) returning id`;
      await sql`insert into public.coupons (promotion_id, code, usage_limit) values (${promotion?.id}, 'HALF', 1)`;
      await as(sql, buyer, (tx) => tx`select public.add_to_cart(${part}, 1)`);
      await as(sql, buyer, (tx) => tx`select public.apply_coupon('HALF')`);
      const order = await as(sql, buyer, async (tx) => {
        const [row] = await tx`select public.place_order(cart_id => (public.get_cart() ->> 'id')::uuid) as placed`;
        return row?.placed as Order;
      });
      expect(order.total_amount).toBe(5_00);
      const edited = await edit(sql, buyer, order.id, [of(part, 1), of(bundle, 2)]);
      expect(edited.order).toMatchObject({ subtotal_amount: 40_00, discount_amount: 20_00, total_amount: 20_00 });
      expect(await levels(sql, part)).toEqual([5, 5]);
      const uses = await sql`select used_count from public.promotions where id = ${promotion?.id}`;
      expect(uses).toEqual([{ used_count: 1 }]);
    }));

  test("keeps the taxes of the place it was ordered for", () =>
    database.rolledBack(async (sql) => {
      await sql`insert into public.tax_rates (country, province, tax_category, name, basis_points, inclusive) values
        ('CA', null, 'standard', 'GST', 500, false), ('CA', 'Québec', 'standard', 'QST', 1000, false)`;
      const buyer = await newCustomer(sql);
      const seats = [await publishedIntake(sql, { price: 30_00 }), await publishedIntake(sql, { price: 40_00 })];
      const [first, second] = seats.map(({ variantId }) => of(variantId)) as [Wish, Wish];
      const order = await as(sql, buyer, async (tx) => {
        const [row] = await tx`select public.place_order(${JSON.stringify([first])}::text::jsonb, country => 'CA',
          province => 'Québec') as placed`;
        return row?.placed as Order;
      });
      const place = { tax_country: "CA", tax_province: "Québec" };
      expect(order).toMatchObject({ ...place, tax_amount: 4_50, total_amount: 34_50 });
      const { order: edited } = await edit(sql, buyer, order.id, [first, second]);
      expect(edited).toMatchObject({ ...place, tax_amount: 10_50, total_amount: 80_50 });
      expect(await payOrder(sql, buyer, order.id)).toBe("applied");
      // what is added later is taxed there, too
      const third = of((await publishedIntake(sql, { price: 10_00 })).variantId);
      const { supplement } = await edit(sql, await staff(sql, "admin"), order.id, [first, second, third]);
      expect(supplement).toMatchObject({ ...place, tax_amount: 1_50, total_amount: 11_50 });
    }));

  test("closes the attempt that asked for the old total; what still comes by it counts", () =>
    database.rolledBack(async (sql) => {
      const buyer = await customerWithAddress(sql);
      const thing = await stockedVariant(sql, 10, { status: "published", price: 10_00 });
      const order = await placeOrder(sql, buyer, [of(thing, 2)]);
      const payment = await openPayment(sql, buyer, order.id);
      const { order: edited } = await edit(sql, buyer, order.id, [of(thing, 3)]);
      expect(edited).toMatchObject({ due_amount: 30_00, payments: [{ status: "cancelled" }] });
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect(await getOrder(sql, buyer, order.id)).toMatchObject({ status: "pending", due_amount: 10_00 });
      // down to what came already: it is paid, and the rest goes back
      const { order: covered } = await edit(sql, buyer, order.id, [of(thing, 1)]);
      expect(covered).toMatchObject({ status: "paid", total_amount: 10_00, refunds: [{ amount: 10_00 }] });
    }));

  test("is not edited beyond stock, after its hold, without lines, by strangers, or by staff without a reason", () =>
    database.rolledBack(async (sql) => {
      const buyer = await customerWithAddress(sql);
      const thing = await stockedVariant(sql, 3, { status: "published", price: 10_00 });
      const order = await placeOrder(sql, buyer, [of(thing, 2)]);
      await expectRefusal(() => edit(sql, buyer, order.id, [of(thing, 4)]), { code: "out_of_stock", status: 409 });
      expect(await levels(sql, thing)).toEqual([1, 2]);
      await expectRefusal(() => edit(sql, buyer, order.id, []), { code: "invalid_lines", status: 422 });
      const notFound = { code: "order_not_found", status: 404 };
      const stranger = await newCustomer(sql);
      await expectRefusal(() => edit(sql, stranger, order.id, [of(thing, 1)]), notFound);
      const auditor = await staff(sql, "auditor");
      await expectRefusal(() => edit(sql, auditor, order.id, [of(thing, 1)]), notFound);
      const support = await staff(sql, "support");
      await expectRefusal(() => edit(sql, support, order.id, [of(thing, 1)], " \n"), {
        code: "invalid_reason",
        status: 422,
      });
      const first = await edit(sql, support, order.id, [of(thing, 3)], "they called", "one");
      expect(await edit(sql, support, order.id, [of(thing, 3)], "they called", "one")).toEqual(first);
      await endHold(sql, order.id);
      await expectRefusal(() => edit(sql, buyer, order.id, [of(thing, 1)]), notEditable);
      await sql`select private.expire_due_orders()`;
      expect(await levels(sql, thing)).toEqual([3, 0]);
    }));

  test("gives a seat that goes to who waits for it", () =>
    database.rolledBack(async (sql) => {
      const [buyer, waits] = [await newCustomer(sql), await newCustomer(sql)];
      const full = await publishedIntake(sql, { seats: 1, price: 30_00 });
      const other = await publishedIntake(sql, { seats: 1, price: 30_00 });
      const order = await orderOne(sql, buyer, full.variantId);
      await as(sql, waits, (tx) => tx`select public.join_waitlist(${full.intakeId})`);
      await edit(sql, buyer, order.id, [of(other.variantId)]);
      expect(await levels(sql, full.variantId)).toEqual([0, 1]);
      const entries = await sql`select status from public.waitlist_entries where learner_id = ${waits}`;
      expect(entries).toEqual([{ status: "offered" }]);
    }));
});

describe("a paid order", () => {
  test("asks for the difference by an order beside it, and what goes goes by line once that is paid", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const admin = await staff(sql, "admin");
      const comes = await publishedIntake(sql, { seats: 2, price: 50_00 });
      const items = await sql`select variant_id, quantity from public.order_items where order_id = ${basket.orderId}`;
      const lines = items.map(({ variant_id, quantity }) => of(variant_id, variant_id === basket.thing ? 1 : quantity));
      const edited = await edit(sql, admin, basket.orderId, [...lines, of(comes.variantId)], "they called");
      expect(edited.order).toMatchObject({
        status: "paid",
        refunds: [],
      });
      expect(edited.supplement).toMatchObject({ status: "pending", total_amount: 50_00, due_amount: 20_00 });
      expect(await levels(sql, basket.thing)).toEqual([6, 0]);
      const page = (await getOrder(sql, basket.customerId, basket.orderId)) as OrderPage;
      expect(page.edits).toMatchObject([
        { reason: "they called", actor_kind: "staff", actor_name: null, supplement_id: edited.supplement?.id },
      ]);
      expect(await payOrder(sql, basket.customerId, edited.supplement?.id as string)).toBe("applied");
      expect(await levels(sql, basket.thing)).toEqual([9, 0]);
      expect((await getOrder(sql, basket.customerId, basket.orderId)).status).toBe("partially_refunded");
      await expectRefusal(() => edit(sql, basket.customerId, basket.orderId, lines), notEditable);
    }));

  test("is edited by nobody once it left, and by nobody who may not give money back", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const support = await staff(sql, "support");
      await expectRefusal(() => edit(sql, support, basket.orderId, [of(basket.thing, 1)]), {
        code: "permission_denied",
        status: 403,
      });
      await sql`select public.mark_shipped(${basket.orderId})`;
      const admin = await staff(sql, "admin");
      await expectRefusal(() => edit(sql, admin, basket.orderId, [of(basket.thing, 1)]), notEditable);
    }));
});
