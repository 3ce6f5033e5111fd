import { describe, expect, test } from "vitest";
import { enroll, getOrder, orderOne, placeOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();

const addPrice = (sql: Sql, variant: string, currency: string, amount: number | string) =>
  sql`insert into public.prices (variant_id, currency, amount) values (${variant}, ${currency}, ${amount})`;

describe("a price", () => {
  test("is between nothing and ten billion, in whole minor units", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await publishedIntake(sql, { price: null });
      const constraint = { code: "23514", status: 400 };
      await expectRefusal(() => addPrice(sql, variantId, "IDR", -1), constraint);
      await expectRefusal(() => addPrice(sql, variantId, "IDR", "1000000000001"), constraint);
      await addPrice(sql, variantId, "IDR", "1000000000000");
      expect(await orderOne(sql, await newCustomer(sql), variantId)).toMatchObject({ total_amount: 1_000_000_000_000 });
    }));

  test("is one per variant and currency, in a currency of the shop", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await publishedIntake(sql, { price: 10_00 });
      await expectRefusal(() => addPrice(sql, variantId, "IDR", 20_00), { code: "23505", status: 409 });
      await expectRefusal(() => addPrice(sql, variantId, "XXX", 20_00), { code: "23503", status: 409 });
      await addPrice(sql, variantId, "USD", 1_00);
    }));

  test("is read by the server, in the currency of the order", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { price: 450_000_00 });
      const lines = [{ variant_id: variantId, quantity: 1 }];
      await expectRefusal(() => placeOrder(sql, buyer, lines, { currency: "USD" }), {
        code: "price_missing",
        status: 422,
      });
      await addPrice(sql, variantId, "USD", 29_00);
      expect(await placeOrder(sql, buyer, lines, { currency: "USD" })).toMatchObject({
        currency: "USD",
        total_amount: 29_00,
      });
      for (const currency of ["EUR", "idr", "", "'; --"]) {
        await expectRefusal(() => placeOrder(sql, buyer, lines, { currency }), {
          code: "currency_not_supported",
          status: 422,
        });
      }
    }));

  test("of the shop's own currency counts when the buyer names none", () =>
    database.rolledBack(async (sql) => {
      const [one, two] = [await newCustomer(sql), await newCustomer(sql)];
      const { variantId } = await publishedIntake(sql, { price: 450_000_00 });
      await addPrice(sql, variantId, "USD", 29_00);
      expect(await orderOne(sql, one, variantId)).toMatchObject({ currency: "IDR", total_amount: 450_000_00 });
      await sql`update public.settings set value = '"USD"' where key = 'default_currency'`;
      expect(await orderOne(sql, two, variantId)).toMatchObject({ currency: "USD", total_amount: 29_00 });
    }));

  test("that changes is for the next order: one that was placed keeps its own", () =>
    database.rolledBack(async (sql) => {
      const [early, late] = [await newCustomer(sql), await newCustomer(sql)];
      const { variantId } = await publishedIntake(sql, { price: 10_00 });
      const order = await orderOne(sql, early, variantId);
      await sql`update public.prices set amount = 15_00 where variant_id = ${variantId}`;
      expect(await getOrder(sql, early, order.id)).toMatchObject(order);
      expect((await orderOne(sql, late, variantId)).total_amount).toBe(15_00);
    }));

  test("that is missing means not for sale", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { price: null });
      await expectRefusal(() => orderOne(sql, buyer, variantId), { code: "price_missing", status: 422 });
    }));

  test("of nothing in one currency makes a seat free, whatever it costs in another", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId, variantId } = await publishedIntake(sql, { price: 10_00 });
      await addPrice(sql, variantId, "USD", 0);
      expect(await enroll(sql, learner, intakeId)).toMatchObject({
        order: { status: "paid", total_amount: 0, currency: "USD" },
      });
    }));
});

test("every sum an order can reach is kept to the last minor unit", () =>
  database.rolledBack(async (sql) => {
    const most = 1_000_000_000_000;
    const variants = [];
    for (let line = 0; line < 3; line++) variants.push((await publishedIntake(sql, { price: most })).variantId);
    const order = await orderOne(
      sql,
      await newCustomer(sql),
      ...variants,
      (await publishedIntake(sql, { price: 1 })).variantId,
    );
    expect(order.total_amount).toBe(3 * most + 1);
  }));
