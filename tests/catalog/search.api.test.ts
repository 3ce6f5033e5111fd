import { expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { visitor } from "../support/learners.ts";
import { signUpStaff, useStack } from "../support/stack.ts";
import { sell } from "./searching.ts";

const stack = useStack();

test("a visitor searches, filters, pages and gets suggestions over HTTP, in answers that may be kept", async () => {
  const word = `kiosk${crypto.randomUUID().replaceAll("-", "").slice(0, 10)}`;
  for (const [number, units] of [1, 0, 2].entries()) {
    await sell(stack.sql, {
      title: `${word} ${number}`,
      units,
      prices: { IDR: (number + 1) * 100_00 },
      tags: ["kiosk"],
    });
  }
  const { catalog } = visitor(stack);
  const first = await catalog.search({ q: word.toUpperCase(), sort: "price_desc", limit: 2 });
  expect(first).toMatchObject({
    total: 3,
    alike: false,
    data: [
      { title: `${word} 2`, in_stock: true, price: { base_amount: 300_00 } },
      { title: `${word} 1`, in_stock: false },
    ],
    facets: {
      kind: { physical: 3 },
      in_stock: { true: 2, false: 1 },
      price: { currency: "IDR", min: 100_00, max: 300_00 },
    },
  });
  const second = await catalog.search({
    q: word.toUpperCase(),
    sort: "price_desc",
    limit: 2,
    cursor: first.next_cursor,
  });
  expect(second).toMatchObject({ data: [{ title: `${word} 0` }], next_cursor: null, total: null, facets: null });
  const filters = { in_stock: true, tags: "kiosk", price: { min: 200_00 } };
  const found = await Array.fromAsync(catalog.iterateSearch({ q: word, filters, limit: 1 }));
  expect(found.map(({ title }) => title)).toEqual([`${word} 2`]);
  expect(await catalog.suggest({ q: word.slice(0, 9), limit: 3 })).toHaveLength(3);
  expect(await refusal(catalog.search({ filters: { category: "nowhere" } }))).toMatchObject({
    code: "invalid_search",
    status: 422,
  });
  expect(await refusal(catalog.search({ cursor: "x" }))).toMatchObject({ code: "invalid_cursor", status: 422 });

  const url = `${stack.urls.api}/rest/v1/rpc/search_products?q=${word}`;
  const kept = await fetch(url, { headers: { apikey: stack.keys.publishableKey } });
  expect(kept.headers.get("cache-control")).toMatch(/^public, max-age=/);
  const { token } = await signUpStaff(stack, "catalog_manager");
  const own = await fetch(url, { headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` } });
  expect([own.status, own.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
});
