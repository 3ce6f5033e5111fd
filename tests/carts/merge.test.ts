import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { add, call, contents, getCart, thingOnSale } from "./carts.ts";

const database = useDatabase();

test("a guest's cart joins the one that is there: quantities add up to the most, and a retry adds nothing", async () => {
  await database.rolledBack(async (sql) => {
    const things = await Promise.all([1, 2, 3].map(() => thingOnSale(sql, { units: null })));
    const seat = (await publishedIntake(sql)).variantId;
    const variants = [...things, seat];
    const most = (variant: string) => (variant === seat ? 1 : 100);
    const wish = fc.record({ at: fc.nat(3), quantity: fc.integer({ min: 1, max: 70 }) });
    const wishes = fc.array(wish, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        wishes,
        fc.array(wishes, { minLength: 1, maxLength: 3 }),
        fc.nat(2),
        async (first, guests, retries) => {
          const buyer = await newCustomer(sql);
          const model: Record<string, number> = {};
          const join = (variant: string, quantity: number) => {
            const present = model[variant] ?? 0;
            model[variant] = Math.max(present, Math.min(present + quantity, most(variant)));
          };
          for (const { at, quantity } of first) {
            const variant = variants[at] as string;
            if ((model[variant] ?? 0) + quantity > most(variant)) continue;
            await add(sql, buyer, variant, quantity);
            model[variant] = (model[variant] ?? 0) + quantity;
          }
          for (const guest of guests) {
            const lines = guest.map(({ at, quantity }) => ({ variant_id: variants[at] as string, quantity }));
            const idempotency_key = randomUUID();
            const sums = Map.groupBy(lines, ({ variant_id }) => variant_id);
            for (const [variant, parts] of sums)
              join(
                variant,
                parts.reduce((sum, { quantity }) => sum + quantity, 0),
              );
            for (let attempt = 0; attempt <= retries; attempt++)
              expect(contents(await call(sql, buyer, "merge_cart", { lines, idempotency_key }))).toEqual(model);
          }
          expect(contents(await getCart(sql, buyer))).toEqual(model);
        },
      ),
      { numRuns: randomRounds(15) },
    );
  });
});

test("what a guest chose and cannot buy any more is told, not lost; what is not there makes no line, and is told as well", async () => {
  await database.rolledBack(async (sql) => {
    const buyer = await newCustomer(sql);
    const enrolled = await publishedIntake(sql);
    await enroll(sql, buyer, enrolled.intakeId);
    const [scarce, gone] = [await thingOnSale(sql, { units: 2 }), await publishedIntake(sql, { status: "draft" })];
    const deleted = randomUUID();
    const lines = [
      { variant_id: enrolled.variantId, quantity: 1 },
      { variant_id: scarce, quantity: 5 },
      { variant_id: gone.variantId, quantity: 1 },
      { variant_id: deleted, quantity: 1 },
    ];
    const cart = await call(sql, buyer, "merge_cart", { lines, idempotency_key: "key" });
    expect(contents(cart)).toEqual({ [enrolled.variantId]: 1, [scarce]: 2, [gone.variantId]: 1 });
    expect(cart.changes.map(({ code, to }) => `${code} ${to}`).toSorted()).toEqual([
      "not_available already_enrolled",
      "not_available variant_not_found",
      "not_available variant_not_found",
      "quantity_reduced 2",
    ]);
    expect(cart.changes.find(({ variant_id }) => variant_id === deleted)).toEqual({
      code: "not_available",
      variant_id: deleted,
      title: null,
      from: null,
      to: "variant_not_found",
    });
    expect((await getCart(sql, buyer)).changes).toEqual([]);
    await expectRefusal(() => call(sql, buyer, "merge_cart", { lines: lines.slice(1), idempotency_key: "key" }), {
      code: "idempotency_key_reused",
      status: 422,
    });
  });
});

test("units that are more than a cart takes are told when a guest's cart joins", async () => {
  await database.rolledBack(async (sql) => {
    const [buyer, thing] = [await newCustomer(sql), await thingOnSale(sql, { units: null })];
    await add(sql, buyer, thing, 60);
    const seat = (await publishedIntake(sql)).variantId;
    const lines = [
      { variant_id: thing, quantity: 90 },
      { variant_id: seat, quantity: 1 },
    ];
    const cart = await call(sql, buyer, "merge_cart", { lines });
    expect(contents(cart)).toEqual({ [thing]: 100, [seat]: 1 });
    expect(cart.changes).toMatchObject([{ code: "quantity_reduced", variant_id: thing, from: 150, to: 100 }]);
  });
});

test("what was deleted is told once when the cart has it already, and a draft's title to nobody", async () => {
  await database.rolledBack(async (sql) => {
    const [buyer, thing] = [await newCustomer(sql), await thingOnSale(sql, { units: null })];
    await add(sql, buyer, thing);
    await sql`delete from public.products where id = (select product_id from public.variants where id = ${thing})`;
    const draft = (await publishedIntake(sql, { status: "draft" })).variantId;
    await sql`update public.settings set value = '1' where key = 'max_order_lines'`;
    const lines = (variant_id: string) => [{ variant_id, quantity: 1 }];
    expect((await call(sql, buyer, "merge_cart", { lines: lines(thing) })).changes).toMatchObject([
      { code: "not_available", variant_id: thing },
    ]);
    expect((await call(sql, buyer, "merge_cart", { lines: lines(draft) })).changes).toEqual([
      { code: "not_merged", variant_id: draft, title: null, from: 1, to: 0 },
    ]);
  });
});

test("a cart that is full takes no new lines, says which, and still adds to those it has", async () => {
  await database.rolledBack(async (sql) => {
    await sql`update public.settings set value = '2' where key = 'max_order_lines'`;
    const buyer = await newCustomer(sql);
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => thingOnSale(sql)));
    await add(sql, buyer, one as string);
    await add(sql, buyer, two as string);
    const lines = [
      { variant_id: one, quantity: 1 },
      { variant_id: three, quantity: 4 },
    ];
    const cart = await call(sql, buyer, "merge_cart", { lines });
    expect(contents(cart)).toEqual({ [one as string]: 2, [two as string]: 1 });
    expect(cart.changes).toMatchObject([{ code: "not_merged", variant_id: three, from: 4, to: 0 }]);
    for (const wrong of [[], "text", [{ variant_id: one }], [{ variant_id: one, quantity: 0 }]])
      await expectRefusal(() => call(sql, buyer, "merge_cart", { lines: wrong }), {
        code: JSON.stringify(wrong).includes('"quantity":0') ? "invalid_quantity" : "invalid_lines",
        status: 422,
      });
    expect(contents(await getCart(sql, buyer))).toEqual(contents(cart));
  });
});
