import { expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { refusal } from "../sdk/refusal.ts";
import { type SignedUp, signUp, signUpStaff, useStack } from "../support/stack.ts";
import { courseCalled } from "./searching.ts";

const stack = useStack();

const clientOf = ({ token }: SignedUp) =>
  createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey, accessToken: async () => token });

test("a customer and staff search over HTTP, page by page", async () => {
  const title = `Ümläut ${crypto.randomUUID()}`;
  const learner = await signUp(stack, { first_name: "Žofie", last_name: title.slice(7, 15) });
  const course = await courseCalled(stack.sql, title);
  const { orders } = clientOf(learner);
  for (let count = 0; count < 3; count++) {
    const { id } = await orders.place({ lines: [{ variant_id: course.variantId, quantity: 1 }] });
    await orders.cancel({ order_id: id });
  }
  const words = title.replace("Ümläut", "UMLAUT");
  const found = await Array.fromAsync(orders.iterateSearch({ q: words, limit: 2 }));
  expect(found).toHaveLength(3);
  expect(found[0]).toMatchObject({
    status: "cancelled",
    customer_name: null,
    item_titles: [`${title} · Intake`],
    item_count: 1,
  });
  expect((await orders.search({ q: words, statuses: ["paid"] })).data).toEqual([]);

  const staff = clientOf(await signUpStaff(stack, "support"));
  const page = await staff.orders.search({ q: `zofie ${title.slice(7, 15)}`, statuses: ["cancelled", "paid"] });
  expect(page.data.map(({ id }) => id)).toEqual(found.map(({ id }) => id));
  expect(page.data[0]).toMatchObject({ customer_email: learner.email });
  expect((await staff.orders.search({ q: learner.email.slice(0, 12) })).data).toHaveLength(3);
});

test("a search that makes no sense is refused over HTTP, as question and as call", async () => {
  const learner = await signUp(stack);
  const { orders } = clientOf(learner);
  expect(await refusal(orders.search({ q: "x".repeat(101) }))).toMatchObject({ code: "invalid_search", status: 422 });
  expect(await refusal(orders.search({ cursor: "nonsense" }))).toMatchObject({ code: "invalid_cursor", status: 422 });
  const ask = (query: string) =>
    fetch(`${stack.urls.api}/rest/v1/rpc/search_orders?${query}`, {
      headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${learner.token}` },
    });
  expect((await ask("q=a&statuses={paid,pending}&max_rows=5")).status).toBe(200);
  for (const query of [
    "min_amount=a",
    "placed_from=yesterdayish",
    "statuses=paid",
    "max_rows=1e99",
    "statuses={lost}",
  ]) {
    const answer = await ask(query);
    expect(answer.status, query).toBeGreaterThanOrEqual(400);
    expect(answer.status, query).toBeLessThan(500);
  }
});
