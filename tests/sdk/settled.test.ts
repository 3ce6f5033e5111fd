import { expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { refusal } from "./refusal.ts";
import { type Answer, scriptedServer } from "./scripted-server.ts";

const order_id = "0b1e7c52-2f0c-4c19-9a57-0a4c5a1d9d11";
const money = (status: string): Answer => ({ body: { order_id, status, due_amount: status === "paid" ? 0 : 100 } });

async function paymentsOf(...answers: Answer[]) {
  const { url, received } = await scriptedServer(...answers);
  return { received, payments: createSeatline({ url, key: "sb_publishable_test" }).payments };
}

test("who waits for an order's money is answered once the order is no longer pending", async () => {
  const { payments, received } = await paymentsOf(money("pending"), money("pending"), money("paid"), money("refunded"));
  expect(await payments.settled(order_id)).toMatchObject({ status: "paid", due_amount: 0 });
  expect(received.map(({ path }) => path)).toEqual(Array(3).fill("/rest/v1/rpc/order_payments"));
});

test.each(["cancelled", "expired", "needs_review"])("an order that is %s is not waited for", async (status) => {
  const { payments, received } = await paymentsOf(money(status), money("paid"));
  expect(await payments.settled(order_id)).toMatchObject({ status });
  expect(received).toHaveLength(1);
});

test("who has waited long enough is told how things stand", async () => {
  const { payments, received } = await paymentsOf(money("pending"));
  expect(await payments.settled(order_id, { timeoutMs: 0 })).toMatchObject({ status: "pending", due_amount: 100 });
  expect(received).toHaveLength(1);
});

test("who leaves the page waits no longer", async () => {
  const leaving = new AbortController();
  const { payments } = await paymentsOf(money("pending"));
  const waiting = payments.settled(order_id, { signal: leaving.signal, timeoutMs: 3_600_000 });
  leaving.abort(new Error("left"));
  await expect(waiting).rejects.toThrow();
});

test("an order that is not there is an error, and no reason to wait", async () => {
  const { payments, received } = await paymentsOf({
    status: 404,
    body: { code: "order_not_found", message: "There is no such order." },
  });
  expect(await refusal(payments.settled(order_id))).toMatchObject({ code: "order_not_found", status: 404 });
  expect(received).toHaveLength(1);
});
