import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { refusal } from "./refusal.ts";
import { scriptedServer } from "./scripted-server.ts";

const personId = "5d6f0c9e-6f5c-4c58-9f1e-6d8f7b0a1c22";
const token = `head.${btoa(JSON.stringify({ sub: personId }))}.signature`;
const accessToken = async () => token;

test("without a session a publishable key goes into apikey and nowhere else", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  await createSeatline({ url, key: "sb_publishable_test" }).courses.list();
  expect(received[0]?.headers.apikey).toBe("sb_publishable_test");
  expect(received[0]?.headers.authorization).toBeUndefined();
});

test("a key of the older form, which is a token, is also sent as bearer", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  await createSeatline({ url, key: "eyJ.older.key" }).courses.list();
  expect(received[0]?.headers.authorization).toBe("Bearer eyJ.older.key");
});

test("a token from elsewhere speaks for the caller, and is asked for at each attempt", async () => {
  const { url, received } = await scriptedServer({ status: 503, headers: { "retry-after": "0" } }, { body: [] });
  let asked = 0;
  const client = createSeatline({ url, key: "sb_publishable_test", accessToken: async () => `token-${++asked}` });
  const before = asked;
  await client.courses.mine();
  expect(received.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer token-${before + 1}`,
    `Bearer token-${before + 2}`,
  ]);
});

test("questions are sent with GET, changes with POST, a profile's fields with PATCH", async () => {
  const { url, received } = await scriptedServer({ body: [{ id: personId }] });
  const client = createSeatline({ url: `${url}/`, key: "sb_publishable_test", accessToken });
  await client.courses.mine();
  await client.orders.get(personId);
  await client.orders.cancel({ order_id: personId, reason: "changed my mind" });
  await client.checkout.start({ order_id: personId });
  await client.people.update({ first_name: "Sari" });
  await client.inventory.levels([personId]);
  expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /rest/v1/rpc/my_courses",
    "GET /rest/v1/rpc/get_order",
    "POST /rest/v1/rpc/cancel_order",
    "POST /functions/v1/checkout",
    "PATCH /rest/v1/profiles",
    "GET /rest/v1/stock_levels",
  ]);
  expect(received[2]?.body).toMatchObject({ order_id: personId, reason: "changed my mind" });
  expect(received[4]?.query.get("id")).toBe(`eq.${personId}`);
});

test("a search is quoted into title and summary, and goes together with a cursor", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  const { courses } = createSeatline({ url, key: "sb_publishable_test" });
  await courses.list({ search: ' 50% "off", ', currency: "USD" });
  expect(received[0]?.query.get("and")).toBe('(or(title.imatch."50% \\"off\\",",summary.imatch."50% \\"off\\","))');
  expect(received[0]?.query.get("course.intakes.variant.prices.currency")).toBe("eq.USD");
});

test("levels of no variants are asked of nobody", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  expect(await createSeatline({ url, key: "sb_publishable_test" }).inventory.levels([])).toEqual([]);
  expect(received).toHaveLength(0);
});

test("without a session the own profile is refused before anything is sent", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  const { people } = createSeatline({ url, key: "sb_publishable_test" });
  expect(await refusal(people.me())).toMatchObject({ code: "sign_in_required", status: 401 });
  expect(received).toHaveLength(0);
});

test("an update that matches no profile is an error, not silence", async () => {
  const { url } = await scriptedServer({ body: [] });
  const { people } = createSeatline({ url, key: "sb_publishable_test", accessToken });
  expect(await refusal(people.update({ first_name: "Sari" }))).toMatchObject({ code: "not_found", status: 404 });
});

test("no source file of the SDK imports from node:, so that browsers and Deno can load it", () => {
  const folder = new URL("../../packages/sdk/src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files)
    expect(readFileSync(new URL(file, folder), "utf8"), file).not.toMatch(
      /from "node:|\bprocess\.(env|argv|cwd|exit|on|platform|stdout|versions)\b|\bBuffer\b/,
    );
});
