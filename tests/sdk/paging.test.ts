import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "../../packages/sdk/src/cursor.ts";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { literalPattern, quoted, rowsAfter } from "../../packages/sdk/src/keyset-filter.ts";
import { refusal } from "./refusal.ts";
import { scriptedServer } from "./scripted-server.ts";

const order = (number: number) => ({
  id: `id-${number}`,
  number: `SL-${number}`,
  placed_at: `2026-01-01T00:00:0${number}.5+00:00`,
});

test("a cursor gives back what it was made of, and fits into a URL", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 3 }), (keyset) => {
      const cursor = encodeCursor(keyset);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeCursor(cursor, keyset.length)).toEqual(keyset);
    }),
  );
});

test("a text that is no cursor of this list is refused as invalid_cursor before anything is sent", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  const { orders } = createSeatline({ url, key: "sb_publishable_test" });
  for (const cursor of [
    "x",
    "====",
    "é",
    encodeCursor(["one value"]),
    encodeCursor(["1", "2", "3"]),
    btoa('{"a":1}'),
    btoa("[1,2]"),
  ]) {
    expect(await refusal(orders.list({ cursor }))).toMatchObject({ code: "invalid_cursor", status: 0 });
  }
  expect(received).toHaveLength(0);
});

test("a page asks for one row more, and has a cursor only when there is one", async () => {
  const { url, received } = await scriptedServer({ body: [order(3), order(2), order(1)] }, { body: [order(1)] });
  const { orders } = createSeatline({ url, key: "sb_publishable_test" });
  const first = await orders.list({ limit: 2, status: "paid" });
  expect(first.data.map(({ id }) => id)).toEqual(["id-3", "id-2"]);
  expect(first.next_cursor).not.toBeNull();
  expect(Object.fromEntries(received[0]?.query ?? [])).toMatchObject({
    limit: "3",
    status: "eq.paid",
    order: "placed_at.desc,id.desc",
  });

  const second = await orders.list({ limit: 2, cursor: first.next_cursor });
  expect(second).toMatchObject({ data: [{ id: "id-1" }], next_cursor: null });
  const { placed_at } = order(2);
  expect(received[1]?.query.get("or")).toBe(
    `(placed_at.lt."${placed_at}",and(placed_at.eq."${placed_at}",id.lt."id-2"))`,
  );
});

test("iterate walks every page, and fetches none before it is needed", async () => {
  const { url, received } = await scriptedServer(
    { body: [order(3), order(2)] },
    { body: [order(2), order(1)] },
    { body: [order(1)] },
  );
  const { orders } = createSeatline({ url, key: "sb_publishable_test" });
  const seen: string[] = [];
  for await (const { id } of orders.iterate({ limit: 1 })) {
    seen.push(id);
    expect(received).toHaveLength(seen.length);
  }
  expect(seen).toEqual(["id-3", "id-2", "id-1"]);
});

test.each([
  [undefined, "21"],
  [0, "2"],
  [-5, "2"],
  [1_000_000, "101"],
  [7.9, "8"],
])("a limit of %s asks for %s rows", async (limit, asked) => {
  const { url, received } = await scriptedServer({ body: [] });
  await createSeatline({ url, key: "sb_publishable_test" }).orders.list(limit === undefined ? {} : { limit });
  expect(received[0]?.query.get("limit")).toBe(asked);
});

test("values in a filter stay values, whatever they contain", () => {
  expect(quoted('a,b)"c\\')).toBe('"a,b)\\"c\\\\"');
  expect(literalPattern("(1.5*2)\\")).toBe("\\(1\\.5\\*2\\)\\\\");
  expect(rowsAfter([{ column: "title", direction: "asc" }], ['x",id.gt.0'])).toBe('(title.gt."x\\",id.gt.0")');
});
