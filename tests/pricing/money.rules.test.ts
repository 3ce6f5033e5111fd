import fc from "fast-check";
import { expect, test } from "vitest";
import type { Order, Quote } from "../../packages/sdk/src/index.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { newCustomer } from "../support/people.ts";
import { buyWith, coupon, linesOf, listPrice, promotion, quote, tax, thing } from "./offers.ts";

const database = useDatabase();
const amount = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 10_000_000 }), fc.constantFrom(1, 3, 1_000_000_000_000));
const points = fc.integer({ min: 1, max: 10_000 });

const offer = fc.oneof(
  fc.record({ kind: fc.constant("percent" as const), basis_points: points }),
  fc.record({ kind: fc.constant("fixed" as const), amount: fc.integer({ min: 1, max: 500_000 }) }),
  fc.record({
    kind: fc.constant("buy_x_get_y" as const),
    basis_points: points,
    buy_quantity: fc.integer({ min: 1, max: 3 }),
    get_quantity: fc.integer({ min: 1, max: 3 }),
  }),
);
const shop = fc.record({
  things: fc.array(
    fc.record({
      price: amount,
      quantity: fc.integer({ min: 1, max: 25 }),
      sale: fc.option(amount),
      exempt: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  taxes: fc.array(fc.record({ points, inclusive: fc.boolean() }), { maxLength: 4 }),
  offers: fc.array(fc.record({ offer, code: fc.boolean(), some: fc.boolean(), priority: fc.nat({ max: 2 }) }), {
    maxLength: 4,
  }),
});

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

test(
  "the parts of any quote add up, nothing is negative, no unit is lost, and the order is the quote",
  async () => {
    await fc.assert(
      fc.asyncProperty(shop, (wish) => database.rolledBack((sql) => addsUp(sql, wish))),
      { numRuns: randomRounds(12), endOnFailure: true },
    );
  },
  60_000 + randomRounds(12) * 2_000,
);

test("an amount that is split is whole again, nobody is more than one unit from their share, and order decides ties", async () => {
  const parts = fc.array(fc.oneof(fc.nat(), fc.constant(0)), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(fc.nat(), parts, async (whole, weights) => {
      const [row] = await database.sql`select private.split_amount(${whole}, ${weights}::bigint[])::text[] as parts`;
      const found = ((row?.parts ?? []) as string[]).map(BigInt);
      const total = BigInt(sum(weights));
      expect(found.reduce((all, part) => all + part, 0n)).toBe(total === 0n ? 0n : BigInt(whole));
      found.forEach((part, index) => {
        const share = BigInt(whole) * BigInt(weights[index] as number);
        expect(
          part * total >= share - (share % (total || 1n)) && (part - 1n) * total < share + (total === 0n ? 1n : 0n),
        ).toBe(true);
      });
    }),
    { numRuns: randomRounds(60) },
  );
});

async function addsUp(sql: Sql, { things, taxes, offers }: typeof shop extends fc.Arbitrary<infer T> ? T : never) {
  const person = await newCustomer(sql);
  for (const [index, rate] of taxes.entries()) await tax(sql, { name: `T${index}`, ...rate });
  const items: [Awaited<ReturnType<typeof thing>>, number][] = [];
  for (const { price, quantity, sale, exempt } of things) {
    const item = await thing(sql, price, { tax: exempt ? "exempt" : "standard" });
    if (sale !== null) await listPrice(sql, item.variant, sale);
    items.push([item, quantity]);
  }
  const codes: { id: string; code: string }[] = [];
  for (const { offer, code, some, priority } of offers) {
    const only = some ? { products: [items[0]?.[0].product as string] } : {};
    const id = await promotion(sql, { ...offer, priority, automatic: !code }, only);
    if (code) codes.push(await coupon(sql, id));
  }
  const lines = linesOf(...items);
  const all = await quote(sql, person, lines, { coupon_codes: codes.map(({ code }) => code) });
  // a code that takes nothing off is a problem of the quote, and refuses the order
  const useless = new Set(all.problems.map(({ details }) => details));
  const useful = codes.filter(({ code }) => !useless.has(code));
  const answer = await quote(sql, person, lines, { coupon_codes: useful.map(({ code }) => code) });
  checkParts(answer, taxes);
  const order = await buyWith(
    sql,
    person,
    lines,
    useful.map(({ id }) => id),
  );
  expect(partsOf(order)).toEqual(partsOf(answer));
  expect(
    order.items
      .map(({ pricing, ...item }) => [item.variant_id, partsOf(item), pricing.taxes ?? [], pricing.discounts ?? []])
      .toSorted(),
  ).toEqual(answer.lines.map((line) => [line.variant_id, partsOf(line), line.taxes, line.discounts]).toSorted());
}

function checkParts(answer: Quote, taxes: { points: number; inclusive: boolean }[]): void {
  for (const line of answer.lines) {
    const left = line.subtotal_amount - line.discount_amount;
    expect(line.subtotal_amount).toBe((line.unit_amount ?? 0) * line.quantity);
    expect(line.total_amount).toBe(left + line.tax_amount);
    expect(
      Math.min(left, line.discount_amount, line.tax_amount, line.tax_included_amount, left - line.tax_included_amount),
    ).toBeGreaterThanOrEqual(0);
    expect(sum(line.discounts.map((discount) => discount.amount))).toBe(line.discount_amount);
    for (const inclusive of [true, false])
      expect(sum(line.taxes.filter((one) => one.inclusive === inclusive).map((one) => one.amount))).toBe(
        inclusive ? line.tax_included_amount : line.tax_amount,
      );
    if (line.taxes.length > 0) {
      const included = BigInt(sum(taxes.filter((rate) => rate.inclusive).map((rate) => rate.points)));
      expect(line.tax_included_amount).toBe(rounded(BigInt(left) * included, 10_000n + included));
      const net = BigInt(left - line.tax_included_amount);
      const onTop = taxes.filter((rate) => !rate.inclusive).map((rate) => rounded(net * BigInt(rate.points), 10_000n));
      expect(line.tax_amount).toBe(sum(onTop));
    }
  }
  for (const name of [
    "subtotal_amount",
    "discount_amount",
    "tax_amount",
    "tax_included_amount",
    "total_amount",
  ] as const)
    expect(answer[name]).toBe(sum(answer.lines.map((line) => line[name])));
  expect(sum(answer.discounts.map((discount) => discount.amount))).toBe(answer.discount_amount);
  expect(sum(answer.taxes.map((one) => one.amount))).toBe(answer.tax_amount + answer.tax_included_amount);
}

/** Half away from zero, of what is not negative. */
const rounded = (dividend: bigint, divisor: bigint) => Number((2n * dividend + divisor) / (2n * divisor));

function partsOf({
  subtotal_amount,
  discount_amount,
  tax_amount,
  tax_included_amount,
  total_amount,
}: Pick<Order | Quote, "subtotal_amount" | "discount_amount" | "tax_amount" | "tax_included_amount" | "total_amount">) {
  return [subtotal_amount, discount_amount, tax_amount, tax_included_amount, total_amount];
}
