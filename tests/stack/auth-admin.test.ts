import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { expect, test } from "vitest";
import { useStack } from "../support/stack.ts";
import { newEmail } from "./gateway-process.ts";
import { codeIn, mailTo } from "./mailbox.ts";

const stack = useStack({ invariants: false });
const password = "correct horse 1";
const client = (key = stack.keys.publishableKey) =>
  createClient(stack.urls.api, key, { auth: { persistSession: false, autoRefreshToken: false } });
const admin = () => client(stack.keys.secretKey).auth.admin;
const create = async (more: Record<string, unknown> = {}) => {
  const { data, error } = await admin().createUser({ email: newEmail(), password, email_confirm: true, ...more });
  if (error) throw error;
  return data.user;
};

test("the secret key makes an account that can sign in, with app_metadata in its token", async () => {
  const user = await create({ user_metadata: { first_name: "Bea" }, app_metadata: { school: 7 } });
  expect(user).toMatchObject({
    user_metadata: { first_name: "Bea" },
    app_metadata: { provider: "email", school: 7 },
    identities: [{}],
  });
  const own = client();
  expect((await own.auth.signInWithPassword({ email: user.email ?? "", password })).error).toBeNull();
  expect((await own.auth.getClaims()).data?.claims).toMatchObject({
    sub: user.id,
    app_metadata: { school: 7 },
    user_metadata: { first_name: "Bea" },
  });
});

test("an account that is not confirmed cannot sign in, and only the right password learns why", async () => {
  const { email = "" } = await create({ email_confirm: false });
  expect((await client().auth.signInWithPassword({ email, password })).error?.code).toBe("email_not_confirmed");
  expect((await client().auth.signInWithPassword({ email, password: "wrong horse" })).error?.code).toBe(
    "invalid_credentials",
  );
});

test("accounts are listed in pages and found by id", async () => {
  const made = [await create(), await create(), await create()];
  const { data } = await admin().listUsers({ page: 1, perPage: 2 });
  expect(data.users).toHaveLength(2);
  expect("nextPage" in data && data.nextPage).toBe(2);
  expect("total" in data && data.total).toBeGreaterThanOrEqual(3);
  // Other files make accounts in the same stack meanwhile.
  const ids = made.map(({ id }) => id);
  const { data: all } = await admin().listUsers({ page: 1, perPage: 1000 });
  expect(all.users.map(({ id }) => id).filter((id) => ids.includes(id))).toEqual(ids.toReversed());
  expect((await admin().getUserById(made[0]?.id ?? "")).data.user?.email).toBe(made[0]?.email);
  expect((await admin().getUserById(randomUUID())).error?.code).toBe("user_not_found");
});

test("an address is used once", async () => {
  const { email } = await create();
  expect((await admin().createUser({ email: email?.toUpperCase(), password })).error?.code).toBe("email_exists");
  const other = await create();
  expect((await admin().updateUserById(other.id, { email })).error?.code).toBe("email_exists");
});

test("a change by the secret key merges metadata and takes effect", async () => {
  const user = await create({ app_metadata: { a: 1, b: 2 }, user_metadata: { x: 1 } });
  const email = newEmail();
  const { data } = await admin().updateUserById(user.id, {
    email,
    password: "another horse 2",
    app_metadata: { b: null, c: 3 },
    user_metadata: { y: 2 },
  });
  expect(data.user).toMatchObject({ email, app_metadata: { a: 1, c: 3 }, user_metadata: { x: 1, y: 2 } });
  expect(data.user?.app_metadata).not.toHaveProperty("b");
  expect((await client().auth.signInWithPassword({ email, password: "another horse 2" })).error).toBeNull();
});

test("a password set by the secret key, a ban and a deletion end every session at once", async () => {
  const endings = {
    password: (id: string) => admin().updateUserById(id, { password: "another horse 2" }),
    ban: (id: string) => admin().updateUserById(id, { ban_duration: "1h" }),
    deletion: (id: string) => admin().deleteUser(id),
  };
  for (const [name, end] of Object.entries(endings)) {
    const user = await create();
    const own = client();
    const { data } = await own.auth.signInWithPassword({ email: user.email ?? "", password });
    const read = () => own.from("profiles").select("id");
    expect([name, (await read()).data]).toEqual([name, [{ id: user.id }]]);
    expect((await end(user.id)).error).toBeNull();
    expect([name, (await read()).status]).toEqual([name, 401]);
    const { error } = await client().auth.refreshSession({ refresh_token: data.session?.refresh_token ?? "" });
    expect([name, error?.code]).toEqual([name, "refresh_token_not_found"]);
  }
});

test("a banned account cannot sign in until the ban ends", async () => {
  const { id, email = "" } = await create();
  await admin().updateUserById(id, { ban_duration: "24h" });
  expect((await client().auth.signInWithPassword({ email, password })).error?.code).toBe("user_banned");
  await admin().updateUserById(id, { ban_duration: "none" });
  expect((await client().auth.signInWithPassword({ email, password })).error).toBeNull();
});

test("a deleted account is gone", async () => {
  const { id, email = "" } = await create();
  expect((await admin().deleteUser(id)).error).toBeNull();
  expect((await admin().getUserById(id)).error?.status).toBe(404);
  expect((await admin().deleteUser(id)).error?.status).toBe(404);
  expect((await client().auth.signInWithPassword({ email, password })).error?.code).toBe("invalid_credentials");
  expect(await stack.sql`select from public.profiles where id = ${id} and closed_at is null`).toHaveLength(0);
});

test("an invited person accepts with the code in the mail", async () => {
  const email = newEmail();
  const { data } = await admin().inviteUserByEmail(email);
  const token = codeIn(await mailTo(stack.urls.mail, email, "You are invited"));
  const accepted = await client().auth.verifyOtp({ email, token, type: "invite" });
  expect([accepted.error, accepted.data.user?.id]).toEqual([null, data.user?.id]);
});

test("the publishable key and users reach none of it", async () => {
  const victim = await create();
  const own = client();
  await own.auth.signUp({ email: newEmail(), password });
  const { data } = await own.auth.getSession();
  const headers = { apikey: stack.keys.publishableKey, authorization: `Bearer ${data.session?.access_token}` };
  for (const api of [client().auth.admin, own.auth.admin]) {
    for (const answer of [
      await api.listUsers(),
      await api.getUserById(victim.id),
      await api.createUser({ email: newEmail() }),
      await api.updateUserById(victim.id, { password: "stolen horse" }),
      await api.deleteUser(victim.id),
      await api.inviteUserByEmail(newEmail()),
    ]) {
      expect([answer.error?.status, answer.error?.code]).toEqual([403, "not_admin"]);
    }
  }
  expect((await fetch(`${stack.urls.api}/auth/v1/admin/users`, { headers })).status).toBe(403);
  expect((await admin().getUserById(victim.id)).data.user?.id).toBe(victim.id);
});
