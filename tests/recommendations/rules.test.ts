import { describe, expect, test } from "vitest";
import { category, sell } from "../catalog/searching.ts";
import { as, enroll, placeOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { bought, pairOf, popular, recommended, refresh, scoreOf, similar } from "./recommending.ts";

const database = useDatabase();
const thing = (sql: Sql, wish: Parameters<typeof sell>[1] = {}) => sell(sql, { units: 200, ...wish });

describe("what is popular", () => {
  test("counts one person once, and newer purchases more, until they are recommendation_days old", () =>
    database.rolledBack(async (sql) => {
      const [often, lately, formerly, long] = [await thing(sql), await thing(sql), await thing(sql), await thing(sql)];
      const { person } = await bought(sql, [often]);
      for (let again = 0; again < 5; again++) await bought(sql, [often], { by: person, daysAgo: again });
      await bought(sql, [lately], { daysAgo: 1 });
      await bought(sql, [lately], { daysAgo: 2 });
      await bought(sql, [formerly], { daysAgo: 89 });
      await bought(sql, [long], { daysAgo: 90 });
      await refresh(sql);
      expect([await scoreOf(sql, often), await scoreOf(sql, lately)]).toEqual([90, 89 + 88]);
      expect([await scoreOf(sql, formerly), await scoreOf(sql, long)]).toEqual([1, null]);
      expect(await popular(sql, { maxRows: 3 })).toEqual([lately.slug, often.slug, formerly.slug]);
      await sql`update public.settings set value = '30' where key = 'recommendation_days'`;
      await refresh(sql);
      expect([await scoreOf(sql, often), await scoreOf(sql, formerly)]).toEqual([30, null]);
    }));

  test("a refresh changes only the rows that differ", () =>
    database.rolledBack(async (sql) => {
      const [one, other] = [await thing(sql), await thing(sql)];
      await refresh(sql);
      await bought(sql, [one, other]);
      expect(await refresh(sql)).toBe(2);
      expect(await refresh(sql)).toBe(0);
      await bought(sql, [one, other]);
      expect(await refresh(sql)).toBe(4);
    }));

  test("loses what was given back, cancelled or is in doubt, and keeps what was given back in part", () =>
    database.rolledBack(async (sql) => {
      const [whole, part, doubtful] = [await thing(sql), await thing(sql), await thing(sql)];
      const [first, second, third] = [
        await bought(sql, [whole]),
        await bought(sql, [part]),
        await bought(sql, [doubtful]),
      ];
      await refresh(sql);
      for (const each of [whole, part, doubtful]) expect(await scoreOf(sql, each)).toBe(90);
      await sql`update public.order_items set quantity = 2, refunded_quantity = 1 where order_id = ${second.order}`;
      await sql`update public.order_items set refunded_quantity = 1 where order_id = ${first.order}`;
      await sql`update public.orders set status = 'needs_review' where id = ${third.order}`;
      expect(await refresh(sql)).toBe(2);
      expect([await scoreOf(sql, whole), await scoreOf(sql, part), await scoreOf(sql, doubtful)]).toEqual([
        null,
        90,
        null,
      ]);
      await sql`update public.orders set status = 'refunded' where id = ${second.order}`;
      await refresh(sql);
      expect(await scoreOf(sql, part)).toBeNull();
    }));

  test("shows what can be bought now and nothing else, of a kind and a category with what is below it; then the newest", () =>
    database.rolledBack(async (sql) => {
      const root = await category(sql, "popular-root");
      const leaf = await category(sql, "popular-leaf", root);
      const shown = await thing(sql, { category: leaf });
      const hidden = await thing(sql, { category: root });
      const empty = await sell(sql, { category: root, units: 1 });
      const fresh = await thing(sql, { category: root });
      const files = await sell(sql, { category: root, kind: "digital" });
      await bought(sql, [hidden]);
      await bought(sql, [hidden, empty]);
      await bought(sql, [shown]);
      await refresh(sql);
      await sql`update public.products set unpublish_at = now() where id = ${hidden.id}`;
      expect(await popular(sql, { category: "popular-root" })).toEqual(
        expect.arrayContaining([fresh.slug, files.slug]),
      );
      expect((await popular(sql, { category: "popular-root" }))[0]).toBe(shown.slug);
      expect(await popular(sql, { category: "popular-root" })).toHaveLength(3);
      expect(await popular(sql, { category: "popular-leaf" })).toEqual([shown.slug]);
      expect(await popular(sql, { category: "popular-root", kind: "digital" })).toEqual([files.slug]);
      expect(await popular(sql, { category: "popular-root", maxRows: -1 })).toEqual([shown.slug]);
      await expectRefusal(() => popular(sql, { category: "nowhere" }), { code: "category_not_found", status: 404 });
      await expectRefusal(() => sql`select public.popular_products(currency => 'XXX')`, {
        code: "currency_not_supported",
        status: 422,
      });
    }));
});

describe("what is similar", () => {
  test("a pair needs two people, and each counts once, from the older of their purchases", () =>
    database.rolledBack(async (sql) => {
      const [one, other] = [await thing(sql), await thing(sql)];
      const { person } = await bought(sql, [one, other]);
      await bought(sql, [one, other], { by: person });
      await refresh(sql);
      expect(await pairOf(sql, one, other)).toBeNull();
      const second = await bought(sql, [one]);
      const { order } = await bought(sql, [other], { by: second.person, daysAgo: 10 });
      await refresh(sql);
      expect([await pairOf(sql, one, other), await pairOf(sql, other, one)]).toEqual([90 + 80, 90 + 80]);
      await sql`update public.orders set status = 'refunded' where id = ${order}`;
      await refresh(sql);
      expect(await pairOf(sql, one, other)).toBeNull();
    }));

  test("of one thing the 20 best pairs are kept, and of one person the 50 newest things count", () =>
    database.rolledBack(async (sql) => {
      const basket = [];
      for (let count = 0; count < 52; count++) basket.push(await thing(sql));
      await bought(sql, basket);
      await bought(sql, basket);
      await refresh(sql);
      const pairs = await sql`select product_id, count(*)::integer as pairs from private.product_pairs
        where product_id = any (${basket.map(({ id }) => id)}) group by 1`;
      expect(pairs).toHaveLength(50);
      expect(new Set(pairs.map((row) => row.pairs))).toEqual(new Set([20]));
    }));

  test("comes as bought together, then alike, then popular below its category; never itself, nor what cannot be bought", () =>
    database.rolledBack(async (sql) => {
      const root = await category(sql, "similar-root");
      const leaf = await category(sql, "similar-leaf", root);
      const self = await thing(sql, { category: root, tags: ["similar-tag"] });
      const together = await thing(sql);
      const gone = await thing(sql);
      const empty = await sell(sql, { units: 2 });
      const sibling = await thing(sql, { category: root });
      const twin = await thing(sql, { category: root, tags: ["similar-tag"] });
      const tagged = await thing(sql, { tags: ["similar-tag"] });
      const below = await thing(sql, { category: leaf });
      for (let people = 0; people < 2; people++) await bought(sql, [self, together, gone, empty]);
      await refresh(sql);
      await sql`update public.products set status = 'archived' where id = ${gone.id}`;
      const order = [together, twin, sibling, tagged, below].map(({ slug }) => slug);
      expect(await similar(sql, self.id)).toEqual(order);
      expect(await similar(sql, self.id, 2)).toEqual(order.slice(0, 2));
    }));

  test("what is not there and what is not on sale are one refusal", () =>
    database.rolledBack(async (sql) => {
      const draft = await thing(sql, { status: "draft" });
      const person = await newCustomer(sql);
      for (const id of [draft.id, crypto.randomUUID(), null]) {
        const refused = { code: "product_not_found", status: 404 };
        await expectRefusal(() => as(sql, person, (tx) => similar(tx, id)), refused);
      }
    }));
});

describe("what is recommended to somebody", () => {
  test("a bundle counts as itself and not as its parts, and who has it has the files in it", () =>
    database.rolledBack(async (sql) => {
      const part = await stockedVariant(sql, 5, { kind: "digital", status: "published", price: 5 });
      const bundle = await bundleOf(sql, [{ variant: part, quantity: 1 }]);
      const person = await newCustomer(sql);
      await placeOrder(sql, person, [{ variant_id: bundle, quantity: 1 }]);
      await refresh(sql);
      const counted =
        await sql`select variants.id, score::integer from private.product_popularity join public.variants using (product_id)`;
      expect([...counted]).toEqual([{ id: bundle, score: 90 }]);
      const [files] =
        await sql`select slug from public.products join public.variants on product_id = products.id where variants.id = ${part}`;
      expect(await recommended(sql, person)).not.toContain(files?.slug);
      expect(await recommended(sql, await newCustomer(sql))).toContain(files?.slug);
    }));

  test("follows what they bought and have in the cart, without the cart itself, then what is popular", () =>
    database.rolledBack(async (sql) => {
      const [mine, carted, toMine, toBoth, liked] = [
        await thing(sql),
        await thing(sql, { prices: { IDR: 5 } }),
        await thing(sql),
        await thing(sql),
        await thing(sql),
      ];
      for (let people = 0; people < 2; people++) {
        await bought(sql, [mine, toMine]);
        await bought(sql, [mine, toBoth]);
        await bought(sql, [carted, toBoth]);
      }
      for (let people = 0; people < 9; people++) await bought(sql, [liked]);
      await refresh(sql);
      const { person } = await bought(sql, [mine], { daysAgo: 400 });
      await as(sql, person, (tx) => tx`select public.add_to_cart(${carted.variant}, 1)`);
      const seen = await recommended(sql, person, 3);
      expect(seen).toEqual([toBoth.slug, toMine.slug, liked.slug]);
      expect(await recommended(sql, person)).not.toContain(carted.slug);
      expect(await recommended(sql, await newCustomer(sql), 1)).toEqual([liked.slug]);
    }));

  test("never is a course or a file that they have, until they gave it back", () =>
    database.rolledBack(async (sql) => {
      const course = await publishedIntake(sql);
      const files = await thing(sql, { kind: "digital" });
      const person = await newCustomer(sql);
      const before = await recommended(sql, person);
      expect(before).toEqual(expect.arrayContaining([course.slug, files.slug]));
      const { order } = await bought(sql, [files], { by: person });
      await sql`update public.order_items set kind = 'digital' where order_id = ${order}`;
      await enroll(sql, person, course.intakeId);
      const after = await recommended(sql, person);
      for (const slug of [course.slug, files.slug]) expect(after).not.toContain(slug);
      await sql`update public.orders set status = 'refunded' where id = ${order}`;
      expect(await recommended(sql, person)).toContain(files.slug);
    }));
});
