import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { anonymousClient, signUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();

test("one key sent twenty times in parallel over HTTP places one order", async () => {
  const { client, id } = await signUp(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: 9_000_00 });
  const body = { lines: [{ variant_id: variantId, quantity: 1 }], idempotency_key: randomUUID() };
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.rpc("place_order", body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  const orders = await stack.sql`select from public.orders where customer_id = ${id}`;
  expect(orders).toHaveLength(1);
});

test("a key that was used for another body is refused with 422", async () => {
  const { client } = await signUp(stack);
  const [one, two] = [await publishedIntake(stack.sql), await publishedIntake(stack.sql)];
  const idempotency_key = randomUUID();
  const first = await client.rpc("enroll", { intake_id: one.intakeId, idempotency_key });
  expect(first.error).toBeNull();
  await expectRefusal(client.rpc("enroll", { intake_id: two.intakeId, idempotency_key }), {
    code: "idempotency_key_reused",
    status: 422,
  });
});

test("a request id travels from the header into the answer's header and the event log", async () => {
  const { token } = await signUp(stack);
  const { intakeId } = await publishedIntake(stack.sql);
  const requestId = `test-${randomUUID()}`;
  const response = await fetch(`${stack.urls.api}/rest/v1/rpc/enroll`, {
    method: "POST",
    headers: {
      apikey: stack.keys.publishableKey,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "x-request-id": requestId,
    },
    body: JSON.stringify({ intake_id: intakeId }),
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-request-id")).toBe(requestId);
  const { order } = await response.json();
  const events = await stack.sql`select distinct correlation_id from public.events where subject_id = ${order.id}`;
  expect(events.map((event) => event.correlation_id)).toEqual([requestId]);
});

test("settings are read by an admin over HTTP, and are empty for a customer", async () => {
  const admin = await signUpStaff(stack, "admin");
  const seen = await admin.client.from("settings").select("key").eq("key", "hold_minutes");
  expect(seen.data).toEqual([{ key: "hold_minutes" }]);
  const customer = await signUp(stack);
  expect((await customer.client.from("settings").select("key")).data).toEqual([]);
  await expectRefusal(anonymousClient(stack).from("settings").select("key"), { code: "42501", status: 401 });
});

test("the private schema is not served", async () => {
  const response = await fetch(`${stack.urls.api}/rest/v1/idempotency_keys`, {
    headers: { apikey: stack.keys.secretKey, "accept-profile": "private" },
  });
  expect(response.status).toBe(406);
});
