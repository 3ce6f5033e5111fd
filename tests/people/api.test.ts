import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { anonymousClient, signUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();

test("signing up over HTTP makes a profile and a welcome event in one transaction", async () => {
  const { client, id, email } = await signUp(stack, { first_name: "Sari", locale: "en" });
  const { data } = await client.from("profiles").select("id, email, first_name, locale");
  expect(data).toEqual([{ id, email, first_name: "Sari", locale: "en" }]);
  const events = await stack.sql`
    select events.name, events.xmin = users.xmin or users.created_at = events.occurred_at as together
    from public.events join auth.users on users.id = subject_id where subject_id = ${id}`;
  expect(events.map(({ name }) => name)).toEqual(["profile.created"]);
});

test("the same address cannot sign up twice, in any case, and makes no second profile", async () => {
  const { email } = await signUp(stack);
  const { error } = await anonymousClient(stack).auth.signUp({
    email: email.toUpperCase(),
    password: "another-Passw0rd",
  });
  const profiles = await stack.sql`select id from public.profiles where lower(email) = ${email}`;
  expect(profiles).toHaveLength(1);
  expect(error).not.toBeNull();
});

test("a person writes their own names, phone and language, and no other column", async () => {
  const { client, id } = await signUp(stack);
  const change = { first_name: "Budi", last_name: "Hartono", phone: "+62 811 222 333", locale: "en" };
  const changed = await client.from("profiles").update(change).eq("id", id).select().single();
  expect(changed.data).toMatchObject(change);
  for (const column of ["email", "closed_at", "created_at"]) {
    await expectRefusal(
      client
        .from("profiles")
        .update({ [column]: null })
        .eq("id", id),
      { code: "42501", status: 403 },
    );
  }
});

test("another's profile is not there, to read or to write", async () => {
  const [one, two] = await Promise.all([signUp(stack), signUp(stack)]);
  expect((await one.client.from("profiles").select().eq("id", two.id)).data).toEqual([]);
  const changed = await one.client.from("profiles").update({ first_name: "Eve" }).eq("id", two.id).select();
  expect(changed.data).toEqual([]);
  const [kept] = await stack.sql`select first_name from public.profiles where id = ${two.id}`;
  expect(kept?.first_name).toBe("");
});

test("nobody becomes staff by what they write about themselves", async () => {
  const person = await signUp(stack, { role: "admin" });
  await person.client.auth.updateUser({ data: { role: "admin", roles: ["admin"] } });
  await person.client.auth.refreshSession();
  await expectRefusal(person.client.rpc("grant_role", { profile_id: person.id, role: "admin" }), {
    code: "permission_denied",
    status: 403,
  });
  expect((await person.client.from("audit_log").select("id")).data).toEqual([]);
});

test("a role counts from the next request on, and so does its end, without a new token", async () => {
  const [admin, person] = [await signUpStaff(stack, "admin"), await signUp(stack)];
  const sees = async () => ((await person.client.from("roles").select("name")).data ?? []).length > 0;
  expect(await sees()).toBe(false);
  const granted = await admin.client.rpc("grant_role", { profile_id: person.id, role: "support" });
  expect(granted.data).toMatchObject([{ profile_id: person.id, role: "support", granted_by: admin.id }]);
  expect(await sees()).toBe(true);
  const revoked = await admin.client.rpc("revoke_role", { profile_id: person.id, role: "support" });
  expect(revoked.data).toEqual([]);
  expect(await sees()).toBe(false);
});

test("a deleted account leaves its orders and a blank profile, and its token is refused", async () => {
  const person = await signUp(stack, { first_name: "Sari" });
  const { intakeId } = await publishedIntake(stack.sql);
  const enrolled = await person.client.rpc("enroll", { intake_id: intakeId });
  expect(enrolled.error).toBeNull();
  const service = anonymousClient(stack, stack.keys.secretKey);
  const { error } = await service.auth.admin.deleteUser(person.id);
  expect(error).toBeNull();
  const [left] =
    await stack.sql`select email, first_name, closed_at is not null as closed from public.profiles where id = ${person.id}`;
  expect(left).toEqual({ email: null, first_name: "", closed: true });
  const order = await service.from("orders").select("status").eq("customer_id", person.id);
  expect(order.data).toEqual([{ status: "paid" }]);
  const response = await fetch(`${stack.urls.api}/rest/v1/rpc/my_courses`, {
    method: "POST",
    headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${person.token}` },
  });
  expect(response.status).toBe(401);
  expect(["account_closed", "session_ended"]).toContain((await response.json()).code);
});
