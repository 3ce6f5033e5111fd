import { expect, test } from "vitest";
import { sell } from "../catalog/searching.ts";
import { refusal } from "../sdk/refusal.ts";
import { newLearners, visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";
import { bought, pairOf, refresh } from "./recommending.ts";

const stack = useStack();
const ids = (cards: { id: string }[]) => cards.map(({ id }) => id);

test("over HTTP a visitor sees what is popular and similar, in answers that may be kept, and a customer what suits them", async () => {
  const tag = `kiosk-${crypto.randomUUID()}`;
  const [one, other] = [await sell(stack.sql, { units: 50 }), await sell(stack.sql, { units: 50 })];
  const alike = await sell(stack.sql, { units: 1, tags: [tag], prices: { IDR: 5 } });
  const [learner] = await newLearners(stack, 1);
  await bought(stack.sql, [one], { by: learner?.id });
  for (let people = 0; people < 9; people++) await bought(stack.sql, [one, other]);
  // the worker of the stack may be at it in this very moment, and then a refresh leaves
  const counted = async () => {
    await refresh(stack.sql);
    return pairOf(stack.sql, one, other);
  };
  await expect.poll(counted).toBeGreaterThan(0);
  const { recommendations } = visitor(stack);
  const popular = await recommendations.popular({ kind: "physical", limit: 50, locale: "en" });
  expect(ids(popular)).toEqual(expect.arrayContaining([one.id, other.id]));
  expect(ids(await recommendations.similar(one.id, { limit: 1 }))).toEqual([other.id]);
  await stack.sql`update public.products set tags = ${[tag]} where id = ${one.id}`;
  const [, second] = await recommendations.similar(one.id);
  expect(second).toMatchObject({ id: alike.id, price: { currency: "IDR", amount: 5 }, tags: [tag] });
  expect(ids((await learner?.seatline.recommendations.forMe({ limit: 1 })) ?? [])).toEqual([other.id]);

  const gone = { code: "product_not_found", status: 404 };
  expect(await refusal(recommendations.similar(crypto.randomUUID()))).toMatchObject(gone);
  expect(await refusal(recommendations.popular({ category: "nowhere" }))).toMatchObject({
    code: "category_not_found",
    status: 404,
  });
  expect(await refusal(recommendations.forMe())).toMatchObject({ status: 401 });

  for (const call of ["popular_products", `similar_products?product_id=${one.id}`]) {
    const url = `${stack.urls.api}/rest/v1/rpc/${call}`;
    const kept = await fetch(url, { headers: { apikey: stack.keys.publishableKey } });
    expect([kept.status, kept.headers.get("cache-control")]).toEqual([200, expect.stringMatching(/^public, max-age=/)]);
    const headers = { apikey: stack.keys.publishableKey, authorization: `Bearer ${learner?.token}` };
    const own = await fetch(url, { headers });
    expect([own.status, own.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
  }
});
