import { describe, expect, test } from "vitest";
import { cancelOrder, confirmPayment, endHold, getOrder, openPayment, payOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { buyWith, category, coupon, linesOf, listPrice, promotion, quote, type Thing, thing } from "./offers.ts";

const database = useDatabase();

/** What is taken off each line, and by which offers. */
async function off(sql: Sql, ...wishes: [Thing, number][]) {
  const answer = await quote(sql, null, linesOf(...wishes));
  const byVariant = new Map(answer.lines.map((line) => [line.variant_id, line.discount_amount]));
  return [wishes.map(([{ variant }]) => byVariant.get(variant)), answer.discounts.map(({ name }) => name)];
}

const problems = async (sql: Sql, person: string, lines: unknown[], ...codes: string[]) =>
  (await quote(sql, person, lines, { coupon_codes: codes })).problems.map(({ code }) => code);

describe("a promotion", () => {
  test("of a share rounds each line half away from zero; of an amount it is split to the last unit", () =>
    database.rolledBack(async (sql) => {
      const [one, two, three] = [await thing(sql, 5), await thing(sql, 15), await thing(sql, 1)];
      await promotion(sql, { name: "Ten" });
      expect(await off(sql, [one, 1], [two, 1], [three, 1])).toEqual([[1, 2, 0], ["Ten"]]);
      await promotion(sql, { name: "Seven", kind: "fixed", amount: 7, priority: -1 });
      expect(await off(sql, [one, 1], [two, 1], [three, 1])).toEqual([
        [1 + 2, 2 + 5, 0],
        ["Ten", "Seven"],
      ]);
      await promotion(sql, { name: "All", kind: "fixed", amount: 1_000, priority: -2 });
      expect(await off(sql, [one, 1], [two, 1])).toEqual([
        [5, 15],
        ["Ten", "Seven", "All"],
      ]);
    }));

  test("is for its products and for its categories with all that is below them, and for nothing else", () =>
    database.rolledBack(async (sql) => {
      const top = await category(sql);
      const below = await category(sql, await category(sql, top));
      const [deep, named, other] = [
        await thing(sql, 100, { category: below }),
        await thing(sql, 100),
        await thing(sql, 100, { category: await category(sql) }),
      ];
      await promotion(sql, {}, { products: [named.product], categories: [top] });
      expect(await off(sql, [deep, 1], [named, 1], [other, 1])).toEqual([[10, 10, 0], ["Offer"]]);
      expect(await off(sql, [other, 1])).toEqual([[0], []]);
    }));

  test("keeps what it is for from being deleted, and is for nothing once that was taken out, unless staff say everything", () =>
    database.rolledBack(async (sql) => {
      const shelf = await category(sql);
      const [named, other] = [await thing(sql, 100), await thing(sql, 100)];
      const offer = await promotion(sql, {}, { products: [named.product], categories: [shelf] });
      await sql`update public.products set status = 'draft' where id = ${named.product}`;
      await asStaff(sql, "admin");
      const gone = (table: string, id: string) => sql`delete from ${sql(`public.${table}`)} where id = ${id}`;
      await expectRefusal(() => gone("products", named.product), { code: "product_in_use", status: 409 });
      await expectRefusal(() => gone("categories", shelf), { code: "category_in_use", status: 409 });
      await sql`delete from public.promotion_products where promotion_id = ${offer}`;
      await sql`delete from public.promotion_categories where promotion_id = ${offer}`;
      expect(await gone("products", named.product)).toMatchObject({ count: 1 });
      expect(await gone("categories", shelf)).toMatchObject({ count: 1 });
      await asOwner(sql);
      expect(await off(sql, [other, 1])).toEqual([[0], []]);
      await asStaff(sql, "admin");
      await sql`update public.promotions set applies_to = 'everything' where id = ${offer}`;
      await asOwner(sql);
      expect(await off(sql, [other, 1])).toEqual([[10], ["Offer"]]);
      await expectRefusal(() => sql`update public.promotions set applies_to = 'nothing' where id = ${offer}`, {
        code: "23514",
        status: 400,
      });
    }));

  test("asks for its minimum of what it is for, before discounts, in its currency", () =>
    database.rolledBack(async (sql) => {
      const [item, other] = [await thing(sql, 100), await thing(sql, 10_000)];
      await promotion(sql, { minimum_amount: 300, minimum_quantity: 2 }, { products: [item.product] });
      expect(await off(sql, [item, 2], [other, 1])).toEqual([[0, 0], []]);
      expect(await off(sql, [item, 3], [other, 1])).toEqual([[30, 0], ["Offer"]]);
      await sql`insert into public.prices (variant_id, currency, amount) values (${item.variant}, 'USD', 100)`;
      expect((await quote(sql, null, linesOf([item, 3]), { currency: "USD" })).discount_amount).toBe(0);
    }));

  test("of buy X get Y gives the cheapest units of every X + Y, over all lines it is for", () =>
    database.rolledBack(async (sql) => {
      const [cheap, dear] = [await thing(sql, 100), await thing(sql, 300)];
      await promotion(sql, { kind: "buy_x_get_y", buy_quantity: 2, get_quantity: 1 });
      expect(await off(sql, [cheap, 1], [dear, 1])).toEqual([[0, 0], []]);
      expect(await off(sql, [cheap, 1], [dear, 2])).toEqual([[100, 0], ["Offer"]]);
      expect(await off(sql, [cheap, 1], [dear, 5])).toEqual([[100, 300], ["Offer"]]);
      await sql`update public.promotions set basis_points = 5000`;
      expect(await off(sql, [cheap, 3])).toEqual([[50], ["Offer"]]);
    }));

  test("of free shipping is not used while nothing is shipped", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 100);
      await promotion(sql, { kind: "free_shipping" });
      const answer = await quote(sql, null, linesOf([item, 1]));
      expect(answer).toMatchObject({
        total_amount: 100,
        shipping_amount: 0,
        discounts: [],
      });
    }));

  test("goes by priority; one that is not combinable is alone; drafts and other times count nothing", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 1_000);
      const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000);
      await promotion(sql, { name: "draft", status: "draft", priority: 9 });
      await promotion(sql, { name: "over", ends_at: hour(-1), priority: 9 });
      await promotion(sql, { name: "not begun", starts_at: hour(1), priority: 9 });
      await promotion(sql, { name: "low", priority: 1 });
      await promotion(sql, { name: "alone", combinable: false, basis_points: 5000 });
      expect(await off(sql, [item, 1])).toEqual([[100], ["low"]]);
      await promotion(sql, { name: "high", priority: 2, basis_points: 2000 });
      expect(await off(sql, [item, 1])).toEqual([[200 + 80], ["high", "low"]]);
      await sql`update public.promotions set priority = 3 where name = 'alone'`;
      expect(await off(sql, [item, 1])).toEqual([[500], ["alone"]]);
    }));

  test("is computed on the price that counts, and on a line that nobody can buy it says nothing", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 1_000);
      await listPrice(sql, item.variant, 800);
      await promotion(sql);
      const missing = { variant_id: "5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b3c", quantity: 1 };
      const answer = await quote(sql, null, [...linesOf([item, 1]), missing]);
      expect(answer).toMatchObject({ subtotal_amount: 800, discount_amount: 80, total_amount: 720 });
      expect(answer.problems).toMatchObject([{ code: "variant_not_found", details: missing.variant_id }]);
    }));

  test("is well formed, and cannot be made one that never fits", () =>
    database.rolledBack(async (sql) => {
      const wrong = { code: "23514", status: 400 };
      for (const wish of [
        { basis_points: 0 },
        { basis_points: 10_001 },
        { basis_points: null },
        { kind: "fixed" as const },
        { kind: "buy_x_get_y" as const },
        { kind: "free_shipping" as const, basis_points: 1 },
        { usage_limit: 0 },
        { minimum_amount: -1 },
        { starts_at: new Date(2), ends_at: new Date(1) },
      ])
        await expectRefusal(() => promotion(sql, wish), wrong);
    }));
});

describe("a code", () => {
  test("works in any case, with spaces and hyphens, for whom it is, while it is valid", () =>
    database.rolledBack(async (sql) => {
      const [person, other] = [await newCustomer(sql), await newCustomer(sql)];
      const lines = linesOf([await thing(sql, 1_000), 1]);
      const offer = await promotion(sql, { automatic: false });
      await coupon(sql, offer, { code: "spring-24", customer: person });
      expect((await quote(sql, null, lines)).discount_amount).toBe(0);
      const answer = await quote(sql, person, lines, { coupon_codes: [" Spring 24 "] });
      expect(answer).toMatchObject({
        discount_amount: 100,
        discounts: [{ code: "SPRING24", kind: "percent" }],
        problems: [],
      });
      expect(await quote(sql, other, lines, { coupon_codes: ["SPRING24"] })).toMatchObject({
        code: "coupon_not_found",
      });
      expect(await quote(sql, null, lines, { coupon_codes: ["SPRING24"] })).toMatchObject({ code: "coupon_not_found" });
      await asOwner(sql);
      await sql`update public.promotions set starts_at = now() + interval '1 hour'`;
      expect(await problems(sql, person, lines, "SPRING24")).toEqual(["coupon_not_started"]);
      await sql`update public.promotions set starts_at = null, ends_at = now()`;
      expect(await problems(sql, person, lines, "SPRING24")).toEqual(["coupon_expired"]);
    }));

  test("that does not fit, or cannot be combined, is a problem that the order would refuse", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const lines = linesOf([await thing(sql, 1_000), 1]);
      const large = await coupon(sql, await promotion(sql, { automatic: false, minimum_amount: 5_000 }));
      const alone = await coupon(sql, await promotion(sql, { automatic: false, combinable: false }));
      const twin = await coupon(
        sql,
        (await sql`select promotion_id from public.coupons where id = ${alone.id}`)[0]?.promotion_id,
      );
      expect(await problems(sql, person, lines, large.code)).toEqual(["coupon_not_applicable"]);
      expect(await problems(sql, person, lines, alone.code, twin.code)).toEqual(["coupon_not_combinable"]);
      await expectRefusal(() => buyWith(sql, person, lines, [large.id]), {
        code: "coupon_not_applicable",
        status: 422,
      });
      await asOwner(sql);
      await expectRefusal(() => quote(sql, person, lines, { coupon_codes: Array(6).fill("X") }), {
        code: "too_many_coupons",
        status: 422,
      });
      await asOwner(sql);
    }));

  test("that is wrong is counted although the call is refused; after ten in an hour no code is told", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const lines = linesOf([await thing(sql, 1_000), 1]);
      const { code } = await coupon(sql, await promotion(sql, { automatic: false }));
      const guess = async (text: string) => (await quote(sql, person, lines, { coupon_codes: [text] })).code ?? "told";
      for (let round = 0; round < 9; round++) expect(await guess(`WRONG${round}`)).toBe("coupon_not_found");
      expect(await guess(code)).toBe("told");
      expect(await guess("WRONG9")).toBe("coupon_not_found");
      expect(await guess(code)).toBe("too_many_coupon_guesses");
      const [said] =
        await sql`select current_setting('response.status') as status, current_setting('response.headers') as headers`;
      expect(said).toMatchObject({ status: "429", headers: expect.stringMatching(/"Retry-After": "3[56]\d\d"/) });
      await sql`update private.coupon_guesses set since = now() - interval '1 hour'`;
      expect(await guess("WRONG0")).toBe("coupon_not_found");
      expect(await guess(code)).toBe("told");
    }));

  test("of everybody is told to visitors as well, who share one count of wrong ones", () =>
    database.rolledBack(async (sql) => {
      const lines = linesOf([await thing(sql, 1_000), 1]);
      const { code } = await coupon(sql, await promotion(sql, { automatic: false, per_user_limit: 1 }));
      const guess = async (who: string | null, text: string) =>
        (await quote(sql, who, lines, { coupon_codes: [text] })).code ?? "told";
      expect(await quote(sql, null, lines, { coupon_codes: [code] })).toMatchObject({
        discount_amount: 100,
        problems: [],
      });
      await asOwner(sql);
      await sql`update public.settings set value = '3' where key = 'max_visitor_coupon_guesses'`;
      for (let round = 0; round < 3; round++) expect(await guess(null, `WRONG${round}`)).toBe("coupon_not_found");
      expect(await guess(null, code)).toBe("too_many_coupon_guesses");
      expect(await guess(await newCustomer(sql), code)).toBe("told");
      await asOwner(sql);
      await sql`update private.coupon_guesses set since = now() - interval '1 hour'`;
      expect(await guess(null, code)).toBe("told");
      await asOwner(sql);
      await sql`update public.settings set value = '0' where key = 'max_visitor_coupon_guesses'`;
      expect(await guess(null, code)).toBe("too_many_coupon_guesses");
      await asOwner(sql);
    }));

  test("is made by staff in numbers that nobody can guess, once per idempotency key", () =>
    database.rolledBack(async (sql) => {
      const offer = await promotion(sql, { automatic: false });
      const make = async (count: number | null, prefix: string | null = "spring-") => {
        const [row] =
          await sql`select public.generate_coupons(${offer}, ${count}, ${prefix}, idempotency_key => 'once') as made`;
        return row?.made.codes as string[];
      };
      await asStaff(sql, "support");
      await expectRefusal(() => make(1), { code: "permission_denied", status: 403 });
      await asOwner(sql);
      await asStaff(sql, "catalog_manager");
      for (const [count, prefix] of [
        [0, ""],
        [1001, ""],
        [null, ""],
        [1, "x".repeat(17)],
        [1, "ä"],
      ] as const)
        await expectRefusal(() => make(count, prefix), { code: "invalid_coupons", status: 422 });
      const codes = await make(500);
      expect(new Set(codes).size).toBe(500);
      expect(codes.every((code) => /^SPRING[0-9A-HJKMNP-TV-Z]{16}$/.test(code))).toBe(true);
      expect(await make(500)).toEqual(codes);
      expect(await sql`select from public.coupons where usage_limit = 1`).toHaveLength(500);
    }));
});

describe("a use", () => {
  const used = async (sql: Sql) => {
    const [row] =
      await sql`select (select sum(used_count) from public.promotions) as promotions, (select sum(used_count) from public.coupons) as coupons,
      (select sum(used_count) from private.promotion_uses) as people`;
    return [row?.promotions, row?.coupons, row?.people].map(Number);
  };
  const limited = async (sql: Sql, person: string) => {
    const lines = linesOf([await thing(sql, 1_000), 1]);
    const offer = await promotion(sql, { automatic: false, usage_limit: 1, per_user_limit: 1 });
    const { id } = await coupon(sql, offer, { limit: 1 });
    return { lines, offer, id, order: await buyWith(sql, person, lines, [id]) };
  };

  test("is counted per promotion, code and person, and given back when the order is cancelled, paid or not", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const { lines, id, order } = await limited(sql, person);
      expect(order).toMatchObject({ discount_amount: 100, total_amount: 900 });
      expect(await used(sql)).toEqual([1, 1, 1]);
      await expectRefusal(async () => buyWith(sql, await newCustomer(sql), lines, [id]), {
        code: "coupon_used_up",
        status: 409,
      });
      await asOwner(sql);
      await cancelOrder(sql, person, order.id);
      expect(await used(sql)).toEqual([0, 0, 0]);
      const other = await newCustomer(sql);
      const again = await buyWith(sql, other, lines, [id]);
      await payOrder(sql, other, again.id);
      await asStaff(sql, "support", person);
      await sql`select public.cancel_order(${again.id}, 'a test')`;
      await asOwner(sql);
      expect(await used(sql)).toEqual([0, 0, 0]);
    }));

  test("that is due goes to whoever needs it, worker or no worker; paid late it is taken again, or the money goes back", () =>
    database.rolledBack(async (sql) => {
      const [person, other] = [await newCustomer(sql), await newCustomer(sql)];
      const { lines, id, order } = await limited(sql, person);
      await endHold(sql, order.id);
      const second = await buyWith(sql, other, lines, [id]);
      expect(await used(sql)).toEqual([1, 1, 1]);
      await cancelOrder(sql, other, second.id);
      expect(await used(sql)).toEqual([0, 0, 0]);
      await sql`select private.expire_due_orders()`;
      expect(await used(sql)).toEqual([0, 0, 0]);
      const third = await buyWith(sql, person, lines, [id]);
      expect(third.total_amount).toBe(900);
    }));

  test("is taken again when the order is paid late, and the money goes back when another has it", () =>
    database.rolledBack(async (sql) => {
      const [person, other] = [await newCustomer(sql), await newCustomer(sql)];
      const { lines, id, order } = await limited(sql, person);
      const payment = await openPayment(sql, person, order.id);
      await endHold(sql, order.id);
      await sql`select private.expire_due_orders()`;
      expect(await used(sql)).toEqual([0, 0, 0]);
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect(await getOrder(sql, person, order.id)).toMatchObject({ status: "paid" });
      expect(await used(sql)).toEqual([1, 1, 1]);
      await sql`update public.coupons set usage_limit = 2`;
      await sql`update public.promotions set usage_limit = 2`;
      const second = await buyWith(sql, other, lines, [id]);
      const late = await openPayment(sql, other, second.id);
      await endHold(sql, second.id);
      const third = await newCustomer(sql);
      await payOrder(sql, third, (await buyWith(sql, third, lines, [id])).id);
      expect(await confirmPayment(sql, late)).toBe("applied");
      expect(await getOrder(sql, other, second.id)).toMatchObject({
        status: "cancelled",
        refunds: [{ reason: "undeliverable", amount: 900 }],
      });
      expect(await used(sql)).toEqual([2, 2, 2]);
    }));

  test("by a person stops at their own limit, and a limit that is set or lowered counts what is used", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const lines = linesOf([await thing(sql, 1_000), 1]);
      const offer = await promotion(sql, { automatic: false, per_user_limit: 2 });
      const { id, code } = await coupon(sql, offer);
      for (let round = 0; round < 2; round++) {
        await sql`update public.carts set status = 'abandoned' where customer_id = ${person} and status = 'open'`;
        await buyWith(sql, person, lines, [id]);
      }
      expect(await problems(sql, person, lines, code)).toEqual(["coupon_already_used"]);
      expect(await used(sql)).toEqual([0, 0, 2]);
      await expectRefusal(() => sql`update public.promotions set per_user_limit = 1`, {
        code: "limit_in_use",
        status: 409,
      });
      await expectRefusal(() => sql`update public.promotions set usage_limit = 1`, {
        code: "limit_in_use",
        status: 409,
      });
      await sql`update public.promotions set usage_limit = 2`;
      await sql`update public.coupons set usage_limit = 3`;
      expect(await used(sql)).toEqual([2, 2, 2]);
      expect(await problems(sql, await newCustomer(sql), lines, code)).toEqual(["coupon_used_up"]);
      await sql`update public.promotions set usage_limit = null`;
      expect(await used(sql)).toEqual([0, 2, 2]);
    }));
});
