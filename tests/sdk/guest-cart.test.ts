import { expect, test } from "vitest";
import { createSeatline, type GuestStorage } from "../../packages/sdk/src/index.ts";
import { refusal } from "./refusal.ts";
import { scriptedServer } from "./scripted-server.ts";

const [thing, other] = ["0b8f3c1e-8d2b-4f6e-9f7c-000000000001", "0b8f3c1e-8d2b-4f6e-9f7c-000000000002"];
const storedAs = "seatline.guest-cart";

function memory(content?: string): GuestStorage & { kept: Map<string, string> } {
  const kept = new Map(content === undefined ? [] : [[storedAs, content]]);
  return {
    kept,
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => kept.set(key, value),
    removeItem: async (key) => kept.delete(key),
  };
}

const line = (variant_id: string, unit_amount: number | null, problem: { code: string } | null = null) => ({
  variant_id,
  parent_variant_id: null,
  title: unit_amount === null ? null : "A thing",
  quantity: 1,
  unit_amount,
  problem: problem && { status: 409, message: "No.", hint: null, details: null, ...problem },
});
const quote = (...lines: object[]) => ({ body: { currency: "IDR", lines, total_amount: 1, problems: [] } });
const client = (url: string, storage: GuestStorage, person?: string) =>
  createSeatline({
    url,
    key: "sb_publishable_test",
    maxRetries: 0,
    storage: storage as never,
    ...(person ? { accessToken: async () => `head.${btoa(JSON.stringify({ sub: person }))}.signature` } : {}),
  });

test("a guest is told once what moved", async () => {
  const gone = line(other, null, { code: "variant_not_found" });
  const { url } = await scriptedServer(
    quote(line(thing, 100)),
    quote(line(thing, 100), line(other, 200)),
    quote(line(thing, 90), gone),
    quote(line(thing, 90), gone),
    quote(line(thing, 90), line(other, 200)),
  );
  const { cart } = client(url, memory());
  await cart.add({ variant_id: thing });
  expect((await cart.add({ variant_id: other })).changes).toEqual([]);
  expect((await cart.get()).changes).toEqual([
    { code: "price_changed", variant_id: thing, title: "A thing", from: 100, to: 90 },
    { code: "not_available", variant_id: other, title: "A thing", from: null, to: "variant_not_found" },
  ]);
  expect((await cart.get()).changes).toEqual([]);
  expect((await cart.get()).changes).toMatchObject([{ code: "available_again", variant_id: other }]);
});

test("a cart that nobody looked at for thirty days is gone, and one of yesterday is not", async () => {
  const { url } = await scriptedServer(quote(line(thing, 100)));
  const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60 * 1000).toISOString();
  const kept = (kept_at: string) =>
    memory(JSON.stringify({ lines: [{ variant_id: thing, quantity: 1, added_at: days(40) }], kept_at }));
  expect((await client(url, kept(days(31))).cart.get()).lines).toEqual([]);
  expect((await client(url, kept(days(1))).cart.get()).lines).toMatchObject([{ variant_id: thing }]);
});

test("a line that would be refused is, with its code, and the cart stays", async () => {
  const { url } = await scriptedServer(
    quote(line(thing, 100)),
    quote(line(thing, 100), line(other, 5, { code: "out_of_stock" })),
  );
  const storage = memory();
  const { cart } = client(url, storage);
  await cart.add({ variant_id: thing });
  const before = storage.kept.get(storedAs);
  expect(await refusal(cart.add({ variant_id: other }))).toMatchObject({ code: "out_of_stock", status: 409 });
  expect(await refusal(cart.remove(other))).toMatchObject({ code: "cart_item_not_found", status: 404 });
  expect(storage.kept.get(storedAs)).toBe(before);
});

test.each(["{", "null", "[]", '{"lines": 7}'])(
  "what somebody else wrote into the storage (%s) is an empty cart",
  async (content) => {
    const { url, received } = await scriptedServer();
    const { cart } = client(url, memory(content));
    expect((await cart.get()).lines).toEqual([]);
    expect(received).toHaveLength(0);
  },
);

const lines = [{ variant_id: thing, quantity: 2, added_at: "2026-01-01T00:00:00Z" }];

test("a merge keeps its key until an answer came, and is dropped when it is refused for good", async () => {
  const storage = memory(JSON.stringify({ lines }));
  const lost = await scriptedServer("drop");
  expect(await refusal(client(lost.url, storage, "one").cart.get())).toMatchObject({ code: "network_failed" });
  const answered = await scriptedServer({ body: { id: "cart", lines: [], changes: [] } });
  await client(answered.url, storage, "one").cart.get();
  expect(answered.received[0]?.body).toEqual(lost.received[0]?.body);
  expect(answered.received[0]?.body).toMatchObject({
    lines: [{ variant_id: thing, quantity: 2 }],
    idempotency_key: expect.any(String),
  });
  expect(storage.kept.has(storedAs)).toBe(false);

  const spoilt = memory(JSON.stringify({ lines }));
  const refusing = await scriptedServer(
    { status: 422, body: { code: "invalid_lines", message: "No." } },
    { body: { id: null, lines: [], changes: [] } },
  );
  const left = await client(refusing.url, spoilt, "one").cart.get();
  expect(left.lines).toEqual([]);
  expect(left.changes).toEqual([{ code: "not_merged", variant_id: thing, title: null, from: 2, to: 0 }]);
  expect(spoilt.kept.has(storedAs)).toBe(false);
});

test("what is gone when a guest signs in is told by the name it was last shown under", async () => {
  const storage = memory();
  const shown = await scriptedServer(quote(line(thing, 100)));
  await client(shown.url, storage).cart.add({ variant_id: thing });
  const change = { code: "not_available", variant_id: thing, title: null, from: null, to: "variant_not_found" };
  const merging = await scriptedServer({ body: { id: "cart", lines: [], changes: [change] } });
  const cart = await client(merging.url, storage, "one").cart.get();
  expect(cart.changes).toEqual([{ ...change, title: "A thing" }]);
  expect(merging.received[0]?.body).not.toHaveProperty("titles");
});

test("a currency that is not sold in any more does not take what was chosen with it", async () => {
  const storage = memory(JSON.stringify({ lines, currency: "USD" }));
  const { url, received } = await scriptedServer(
    { status: 422, body: { code: "currency_not_supported", message: "No." } },
    { body: { id: "cart", lines: [], changes: [] } },
  );
  expect((await client(url, storage, "one").cart.get()).changes).toEqual([]);
  expect(received.map(({ body }) => body)).toMatchObject([
    { currency: "USD", lines: [{ quantity: 2 }] },
    { lines: [{ quantity: 2 }] },
  ]);
  expect(received[1]?.body).not.toHaveProperty("currency");
});

test("what was on its way to one person does not end up in another's cart", async () => {
  const storage = memory(JSON.stringify({ lines }));
  const lost = await scriptedServer("drop");
  await refusal(client(lost.url, storage, "one").cart.get());
  const { url, received } = await scriptedServer({ body: { id: "cart", lines: [], changes: [] } });
  await client(url, storage, "two").cart.get();
  expect(received.map(({ path }) => path)).toEqual(["/rest/v1/rpc/get_cart"]);
});
