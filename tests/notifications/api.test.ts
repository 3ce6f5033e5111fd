import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type SignedUp, signUp, useStack } from "../support/stack.ts";

const stack = useStack();

type Mail = { ID: string; To: { Address: string }[]; Subject: string };

/** The mails that reached an address, as the mail page's JSON API lists them. */
async function mailsTo(email: string): Promise<Mail[]> {
  const response = await fetch(`${stack.urls.mail}/api/v1/messages?query=${encodeURIComponent(email)}`);
  const { messages } = (await response.json()) as { messages: Mail[] };
  return messages.filter(({ To }) => To.some(({ Address }) => Address === email));
}

/** Enrols in a free course under a request id of its own. */
async function enroll({ token }: SignedUp, requestId: string): Promise<{ order: { number: string } }> {
  const { intakeId } = await publishedIntake(stack.sql);
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
  return (await response.json()) as { order: { number: string } };
}

test("who signs up and enrols gets one welcome and one confirmation, as mail and on their page", async () => {
  const person = await signUp(stack, { first_name: "Sari", locale: "en" });
  const requestId = `test-${randomUUID()}`;
  const { order } = await enroll(person, requestId);
  await expect.poll(async () => (await mailsTo(person.email)).length).toBe(2);
  const own = async () =>
    (await person.client.from("notifications").select("type, status, correlation_id").order("type")).data;
  await expect.poll(async () => (await own())?.map(({ status }) => status)).toEqual(["sent", "sent"]);
  expect(await own()).toMatchObject([{ type: "order_confirmation", correlation_id: requestId }, { type: "welcome" }]);
  const confirmation = (await mailsTo(person.email)).find(({ Subject }) => Subject.includes(order.number));
  const message = await fetch(`${stack.urls.mail}/api/v1/message/${confirmation?.ID}`);
  const { Headers, Text } = (await message.json()) as { Headers: Record<string, string[]>; Text: string };
  const names = Object.fromEntries(Object.entries(Headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  expect(names["x-correlation-id"]).toBe(requestId);
  expect(Text).toContain("Sari");
});

test("a person marks their own notifications read, and nobody else's", async () => {
  const [one, two] = await Promise.all([signUp(stack), signUp(stack)]);
  const idOf = async ({ client }: SignedUp) => (await client.from("notifications").select("id").maybeSingle()).data?.id;
  await expect.poll(() => idOf(one)).toBeTruthy();
  await expect.poll(() => idOf(two)).toBeTruthy();
  const read_at = new Date().toISOString();
  const marked = await one.client
    .from("notifications")
    .update({ read_at })
    .eq("id", await idOf(one))
    .select("id");
  expect(marked.data).toHaveLength(1);
  const strange = await one.client
    .from("notifications")
    .update({ read_at })
    .eq("id", await idOf(two))
    .select("id");
  expect(strange.data).toEqual([]);
  const altered = await one.client
    .from("notifications")
    .update({ content: "x" })
    .eq("id", await idOf(one));
  expect([altered.status, altered.error?.code]).toEqual([403, "42501"]);
  const [kept] = await stack.sql`select read_at from public.notifications where profile_id = ${two.id}`;
  expect(kept?.read_at).toBeNull();
});
