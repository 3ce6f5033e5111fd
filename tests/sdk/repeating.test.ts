import { expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { refusal } from "./refusal.ts";
import { type Answer, scriptedServer } from "./scripted-server.ts";

const soon = { "retry-after": "0" };
const order = { id: "0b1e7c52-2f0c-4c19-9a57-0a4c5a1d9d11", number: "SL-100001", status: "pending" };

async function clientOf(...answers: Answer[]) {
  const server = await scriptedServer(...answers);
  return { ...server, client: createSeatline({ url: server.url, key: "sb_publishable_test" }) };
}

test.each([408, 429, 502, 503, 504])("a call that is answered %d is sent again", async (status) => {
  const { client, received } = await clientOf({ status, headers: soon }, { body: order });
  expect(await client.orders.get(order.id)).toMatchObject({ id: order.id });
  expect(received).toHaveLength(2);
});

test.each([400, 401, 403, 404, 409, 422, 500, 501])("a call that is answered %d is not sent again", async (status) => {
  const { client, received } = await clientOf({
    status,
    body: { code: "out_of_stock", message: "Every seat is taken." },
  });
  expect((await refusal(client.orders.place({ lines: [] }))).status).toBe(status);
  expect(received).toHaveLength(1);
});

test("a broken connection is tried again", async () => {
  const { client, received } = await clientOf("drop", { body: order });
  expect(await client.orders.place({ lines: [] })).toMatchObject({ id: order.id });
  expect(received).toHaveLength(2);
});

test("a database that closed the connection in the middle is asked again, though PostgREST says 400", async () => {
  const lost = { status: 400, body: { code: "", message: "", details: null, hint: null } };
  const { client, received } = await clientOf(lost, { body: order });
  expect(await client.orders.place({ lines: [] })).toMatchObject({ id: order.id });
  expect(received).toHaveLength(2);
  const { client: other } = await clientOf(lost, lost, lost);
  expect(await refusal(other.orders.place({ lines: [] }))).toMatchObject({ code: "service_unavailable", status: 503 });
});

test("after two repeats the call gives up with what it was told last", async () => {
  const { client, received } = await clientOf({ status: 503, headers: soon });
  expect(await refusal(client.courses.list())).toMatchObject({ code: "service_unavailable", status: 503 });
  expect(received).toHaveLength(3);
});

test("a change keeps one idempotency key and one request id through its repeats", async () => {
  const { client, received } = await clientOf("drop", { status: 503, headers: soon }, { body: order });
  await client.orders.place({ lines: [] });
  const keys = received.map(({ body }) => (body as { idempotency_key: string }).idempotency_key);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(keys).size).toBe(1);
  expect(new Set(received.map(({ headers }) => headers["x-request-id"])).size).toBe(1);
});

test("two changes have two idempotency keys and two request ids", async () => {
  const { client, received } = await clientOf({ body: order });
  await client.orders.cancel({ order_id: order.id });
  await client.orders.cancel({ order_id: order.id });
  expect(new Set(received.map(({ body }) => (body as { idempotency_key: string }).idempotency_key)).size).toBe(2);
  expect(new Set(received.map(({ headers }) => headers["x-request-id"])).size).toBe(2);
});

test("a given idempotency key is the one that is sent", async () => {
  const { client, received } = await clientOf({ body: { order, enrollment: {} } });
  await client.courses.enroll({ intake_id: order.id }, { idempotencyKey: "form-7" });
  expect(received[0]?.body).toEqual({ intake_id: order.id, idempotency_key: "form-7" });
});

test("a server that asks for a longer wait than the call may last is not waited for", async () => {
  const { client, received } = await clientOf({ status: 429, headers: { "retry-after": "60" } });
  const before = Date.now();
  expect(await refusal(client.courses.list())).toMatchObject({ code: "rate_limited", status: 429 });
  expect(received).toHaveLength(1);
  expect(Date.now() - before).toBeLessThan(30_000);
});

test("a silent server ends in request_timeout", async () => {
  const { client } = await clientOf("silence");
  expect(await refusal(client.courses.list({}, { timeoutMs: 50 }))).toMatchObject({
    code: "request_timeout",
    status: 0,
  });
});

test("a call can be given up by its signal, and is not sent again", async () => {
  const { client, received } = await clientOf("silence");
  const giveUp = new AbortController();
  const call = refusal(client.courses.list({}, { signal: giveUp.signal }));
  await expect.poll(() => received.length).toBe(1);
  giveUp.abort();
  expect(await call).toMatchObject({ code: "request_aborted", status: 0 });
  expect(received).toHaveLength(1);
});

test("a call whose signal has ended already is not sent", async () => {
  const { client, received } = await clientOf({ body: [] });
  expect((await refusal(client.courses.list({}, { signal: AbortSignal.abort() }))).code).toBe("request_aborted");
  expect(received).toHaveLength(0);
});

test("a client that nobody answers says network_failed and keeps the cause", async () => {
  const client = createSeatline({ url: "http://127.0.0.1:9", key: "sb_publishable_test", maxRetries: 0 });
  const error = await refusal(client.courses.list());
  expect(error).toMatchObject({ code: "network_failed", status: 0 });
  expect(error.cause).toBeInstanceOf(Error);
});

test("a checkout sends its idempotency key in a header, the same through its repeats", async () => {
  const { client, received } = await clientOf("drop", { body: { order, payment: {} } });
  await client.checkout.start({ order_id: order.id });
  const keys = received.map(({ headers }) => headers["idempotency-key"]);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
});

test("a token that never comes does not hold a call beyond its timeout", async () => {
  const { url, received } = await scriptedServer({ body: [] });
  const client = createSeatline({ url, key: "sb_publishable_test", accessToken: () => new Promise(() => {}) });
  expect((await refusal(client.courses.list({}, { timeoutMs: 50 }))).code).toBe("request_timeout");
  expect(received).toHaveLength(0);
});

test("both steps of an upload have a key, and the second one's follows from the first", async () => {
  const { client, received } = await clientOf({ body: { evidence_id: order.id, path: null } });
  const file = new Blob(["x"]);
  for (const idempotencyKey of ["form-7", "form-7", "x".repeat(255)]) {
    await client.complaints.addEvidence({ complaint_id: order.id, file }, { idempotencyKey });
  }
  const keys = received.map(({ headers }) => headers["idempotency-key"]);
  expect(keys.slice(0, 4)).toEqual(["form-7", "form-7 finish", "form-7", "form-7 finish"]);
  expect(keys[5]).toMatch(/^[0-9a-f-]{36}$/);
});

test("an upload whose bytes are there already is finished without sending them again", async () => {
  const { client, received } = await clientOf({ body: { proof_id: order.id, path: null } });
  await client.transfers.sendProof({ payment_id: order.id, file: new Blob(["x"]) });
  expect(received.map(({ path }) => path)).toEqual(["/functions/v1/upload-proof", "/functions/v1/submit-proof"]);
});
