import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useStack } from "../support/stack.ts";
import { newEmail } from "./gateway-process.ts";
import { codeIn, linkIn, mailCount, mailTo } from "./mailbox.ts";

const stack = useStack({ invariants: false });
const password = "correct horse 1";
let admin: SupabaseClient;
let sql: postgres.Sql;

const client = (key = stack.keys.publishableKey) =>
  createClient(stack.urls.api, key, { auth: { persistSession: false, autoRefreshToken: false } });
const register = async () => {
  const own = client();
  const email = newEmail();
  const { data, error } = await own.auth.signUp({ email, password });
  if (error || !data.session || !data.user) throw error ?? new Error("no session");
  return { own, email, id: data.user.id, session: data.session };
};
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${stack.urls.api}/auth/v1${path}`, {
    method: "POST",
    headers: { apikey: stack.keys.publishableKey, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
/** What the data API says to an access token. */
const readsAs = async (token: string) =>
  (
    await fetch(`${stack.urls.api}/rest/v1/profiles?select=id`, {
      headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` },
    })
  ).status;

beforeAll(() => {
  admin = client(stack.keys.secretKey);
  sql = postgres(stack.urls.superuser, { max: 2, onnotice: () => {} });
});
afterAll(() => sql?.end({ timeout: 1 }));

test("a sign-up gives a session whose token carries Supabase's claims and opens the own profile", async () => {
  const own = client();
  const email = newEmail();
  const { data } = await own.auth.signUp({
    email: email.toUpperCase(),
    password,
    options: { data: { first_name: "Ann" } },
  });
  const { data: checked } = await own.auth.getClaims();
  expect(checked?.header).toMatchObject({ alg: "ES256", kid: stack.keys.jwk.kid });
  expect(checked?.claims).toMatchObject({
    iss: `${stack.urls.api}/auth/v1`,
    aud: "authenticated",
    role: "authenticated",
    sub: data.user?.id,
    email,
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: { first_name: "Ann" },
    session_id: expect.any(String),
  });
  const { data: profiles } = await own.from("profiles").select("id, first_name");
  expect(profiles).toEqual([{ id: data.user?.id, first_name: "Ann" }]);
});

test("nobody gives themselves app_metadata or a role", async () => {
  const own = client();
  const body = {
    email: newEmail(),
    password,
    app_metadata: { role: "admin" },
    role: "service_role",
    data: { app_metadata: { role: "admin" } },
  };
  const session = await (await post("/signup", body)).json();
  expect(session.user.app_metadata).toEqual({ provider: "email", providers: ["email"] });
  expect(session.user.role).toBe("authenticated");
  await own.auth.setSession(session);
  const change = await fetch(`${stack.urls.api}/auth/v1/user`, {
    method: "PUT",
    headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${session.access_token}` },
    body: JSON.stringify({ app_metadata: { role: "admin" }, role: "service_role" }),
  });
  expect(change.status).toBeLessThan(500);
  const { data } = await own.auth.getUser();
  expect([data.user?.app_metadata, data.user?.role]).toEqual([
    { provider: "email", providers: ["email"] },
    "authenticated",
  ]);
});

test("a right password signs in; a wrong one, an unknown address and an empty account get the same answer", async () => {
  const { email } = await register();
  expect((await client().auth.signInWithPassword({ email, password })).error).toBeNull();
  const { data: empty } = await admin.auth.admin.createUser({ email: newEmail(), email_confirm: true });
  const answers = await Promise.all(
    [email, newEmail(), empty.user?.email ?? ""].map(async (address) => {
      const response = await post("/token?grant_type=password", { email: address, password: "wrong" });
      return [response.status, await response.json()];
    }),
  );
  expect(answers[0]).toEqual([400, { code: 400, error_code: "invalid_credentials", msg: "Invalid login credentials" }]);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test("guessing a password is stopped with 429 and Retry-After, also when all guesses come at once", async () => {
  const email = newEmail();
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => post("/token?grant_type=password", { email, password: "wrong" })),
  );
  const statuses = answers.map((answer) => answer.status);
  expect(statuses.filter((status) => status === 400)).toHaveLength(30);
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  const refused = answers.find((answer) => answer.status === 429);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused?.json()).toMatchObject({ error_code: "over_request_rate_limit" });
});

test("a second sign-up of one address is refused, also when both come at once", async () => {
  const email = newEmail();
  const statuses = await Promise.all([0, 1, 2].map(async () => (await post("/signup", { email, password })).status));
  expect(statuses.toSorted()).toEqual([200, 422, 422]);
  const { error } = await client().auth.signUp({ email, password });
  expect(error?.code).toBe("user_already_exists");
});

test("a refresh token gives a new session once; used again later it ends the session", async () => {
  const { own, session } = await register();
  const { data: next } = await own.auth.refreshSession();
  expect(next.session?.refresh_token).not.toBe(session.refresh_token);
  expect(await readsAs(next.session?.access_token ?? "")).toBe(200);
  const { data: third } = await own.auth.refreshSession();
  // The ten seconds in which a repeated request gets the same answer belong to one process; another one knows only the database.
  await sql`update auth.refresh_tokens set token = token || '-used' where token = ${session.refresh_token}`;
  const replay = await client().auth.refreshSession({ refresh_token: `${session.refresh_token}-used` });
  expect(replay.error?.code).toBe("refresh_token_already_used");
  expect(await readsAs(third.session?.access_token ?? "")).toBe(401);
});

test("one refresh token used by several tabs at once gives all of them the same session", async () => {
  const { session } = await register();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => client().auth.refreshSession({ refresh_token: session.refresh_token })),
  );
  expect(new Set(answers.map(({ data }) => data.session?.refresh_token)).size).toBe(1);
  expect(answers.map(({ error }) => error)).toEqual([null, null, null, null, null]);
});

test("sign-out ends the refresh token and the access token at once, everywhere", async () => {
  const { own, email, session } = await register();
  const { data: elsewhere } = await client().auth.signInWithPassword({ email, password });
  expect(await readsAs(session.access_token)).toBe(200);
  expect((await own.auth.signOut()).error).toBeNull();
  for (const ended of [session, elsewhere.session]) {
    expect(await readsAs(ended?.access_token ?? "")).toBe(401);
    const { error } = await client().auth.refreshSession({ refresh_token: ended?.refresh_token ?? "" });
    expect(error?.code).toBe("refresh_token_not_found");
  }
});

test("sign-out of this device or of the others leaves the rest signed in", async () => {
  const { own, email, session } = await register();
  const other = client();
  const { data: elsewhere } = await other.auth.signInWithPassword({ email, password });
  await own.auth.signOut({ scope: "others" });
  expect([await readsAs(session.access_token), await readsAs(elsewhere.session?.access_token ?? "")]).toEqual([
    200, 401,
  ]);
  const third = client();
  const { data: again } = await third.auth.signInWithPassword({ email, password });
  await third.auth.signOut({ scope: "local" });
  expect([await readsAs(session.access_token), await readsAs(again.session?.access_token ?? "")]).toEqual([200, 401]);
});

test("a session that is deleted behind the gateway's back stops working within seconds", async () => {
  const { id, session } = await register();
  expect(await readsAs(session.access_token)).toBe(200);
  await sql`delete from auth.sessions where user_id = ${id}`;
  await expect.poll(() => readsAs(session.access_token), { timeout: 8_000, interval: 100 }).toBe(401);
});

test("a new password ends the old one, every other session and every refresh token", async () => {
  const { own, email, session } = await register();
  const { data: elsewhere } = await client().auth.signInWithPassword({ email, password });
  expect((await own.auth.updateUser({ password: "another horse 2" })).error).toBeNull();
  expect([await readsAs(session.access_token), await readsAs(elsewhere.session?.access_token ?? "")]).toEqual([
    200, 401,
  ]);
  for (const refresh_token of [session.refresh_token, elsewhere.session?.refresh_token ?? ""]) {
    expect((await client().auth.refreshSession({ refresh_token })).error?.code).toBe("refresh_token_not_found");
  }
  expect((await client().auth.signInWithPassword({ email, password })).error?.code).toBe("invalid_credentials");
  expect((await client().auth.signInWithPassword({ email, password: "another horse 2" })).error).toBeNull();
});

test("a user reads and changes the own metadata", async () => {
  const { own, id } = await register();
  expect((await own.auth.getUser()).data.user?.id).toBe(id);
  const { data } = await own.auth.updateUser({ data: { nickname: "ann", theme: "dark" } });
  expect(data.user?.user_metadata).toMatchObject({ nickname: "ann", theme: "dark" });
  const [row] = await sql`select raw_user_meta_data ->> 'nickname' as nickname from auth.users where id = ${id}`;
  expect(row?.nickname).toBe("ann");
});

test("a code by mail signs in once, and makes the account of a new address", async () => {
  const email = newEmail();
  expect((await client().auth.signInWithOtp({ email, options: { data: { first_name: "Otto" } } })).error).toBeNull();
  const mail = await mailTo(stack.urls.mail, email, "Your sign-in code");
  const own = client();
  const { data, error } = await own.auth.verifyOtp({ email, token: codeIn(mail), type: "email" });
  expect(error).toBeNull();
  expect(data.user).toMatchObject({
    email,
    user_metadata: { first_name: "Otto" },
    email_confirmed_at: expect.any(String),
  });
  expect(await readsAs(data.session?.access_token ?? "")).toBe(200);
  const again = await client().auth.verifyOtp({ email, token: codeIn(mail), type: "email" });
  expect(again.error?.code).toBe("otp_expired");
});

test("a link in a mail leads to the shop with a session, and to nowhere else", async () => {
  const { email } = await register();
  const emailRedirectTo = "https://evil.test/steal";
  await client().auth.signInWithOtp({ email, options: { emailRedirectTo } });
  const link = linkIn(await mailTo(stack.urls.mail, email, "Your sign-in code"));
  const forged = new URL(link);
  forged.searchParams.set("token", `${link.searchParams.get("token")?.slice(0, 64)}`);
  const refused = await fetch(forged, { redirect: "manual" });
  expect(new URL(refused.headers.get("location") ?? "").hash).toContain("error_code=otp_expired");

  const followed = await fetch(link, { redirect: "manual" });
  expect(followed.status).toBe(303);
  const target = new URL(followed.headers.get("location") ?? "");
  expect(target.host).not.toBe("evil.test");
  const session = new URLSearchParams(target.hash.slice(1));
  expect(session.get("type")).toBe("magiclink");
  expect(await readsAs(session.get("access_token") ?? "")).toBe(200);
  const own = client();
  const { error } = await own.auth.setSession({
    access_token: session.get("access_token") ?? "",
    refresh_token: session.get("refresh_token") ?? "",
  });
  expect(error).toBeNull();
});

test("a link's token works through verifyOtp too", async () => {
  const { email, id } = await register();
  await client().auth.signInWithOtp({ email });
  const link = linkIn(await mailTo(stack.urls.mail, email, "Your sign-in code"));
  const { data } = await client().auth.verifyOtp({ token_hash: link.searchParams.get("token") ?? "", type: "email" });
  expect(data.user?.id).toBe(id);
});

test("a code ends after five minutes", async () => {
  const { email } = await register();
  await client().auth.signInWithOtp({ email });
  const token = codeIn(await mailTo(stack.urls.mail, email, "Your sign-in code"));
  await sql`update auth.users set recovery_sent_at = now() - interval '301 seconds' where email = ${email}`;
  const { error } = await client().auth.verifyOtp({ email, token, type: "email" });
  expect([error?.status, error?.code]).toEqual([403, "otp_expired"]);
});

test("five wrong codes withdraw the right one, also when all come at once", async () => {
  const { email } = await register();
  await client().auth.signInWithOtp({ email });
  const token = codeIn(await mailTo(stack.urls.mail, email, "Your sign-in code"));
  const wrong = Array.from({ length: 8 }, (_, guess) =>
    String((Number(token) + guess + 1) % 1_000_000).padStart(6, "0"),
  );
  await Promise.all(wrong.map((guess) => post("/verify", { email, token: guess, type: "email" })));
  const { error } = await client().auth.verifyOtp({ email, token, type: "email" });
  expect(error?.code).toBe("otp_expired");
});

test("new codes do not buy endless guesses: in an hour an address gets twenty", async () => {
  const email = newEmail();
  const statuses: number[] = [];
  for (let round = 0; round < 6; round++) {
    await post("/otp", { email });
    for (let guess = 0; guess < 4; guess++) {
      statuses.push((await post("/verify", { email, token: "000000", type: "email" })).status);
    }
  }
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(403));
  expect(statuses.slice(20)).toEqual(Array(4).fill(429));
});

test("a forgotten password is replaced by a code, without telling who has an account", async () => {
  const { email } = await register();
  const unknown = newEmail();
  const [known, other] = await Promise.all(
    [email, unknown].map((address) => client().auth.resetPasswordForEmail(address)),
  );
  expect([known?.error, known?.data]).toEqual([other?.error, other?.data]);
  const token = codeIn(await mailTo(stack.urls.mail, email, "Set a new password"));
  expect(await mailCount(stack.urls.mail, unknown)).toBe(0);
  const own = client();
  expect((await own.auth.verifyOtp({ email, token, type: "recovery" })).error).toBeNull();
  expect((await own.auth.updateUser({ password: "brand new 3" })).error).toBeNull();
  expect((await client().auth.signInWithPassword({ email, password })).error?.code).toBe("invalid_credentials");
  expect((await client().auth.signInWithPassword({ email, password: "brand new 3" })).error).toBeNull();
});

test("asking for a code without creating an account tells nothing either", async () => {
  const unknown = newEmail();
  const { error } = await client().auth.signInWithOtp({ email: unknown, options: { shouldCreateUser: false } });
  expect(error).toBeNull();
  expect(await sql`select from auth.users where email = ${unknown}`).toHaveLength(0);
});

test("a mailbox is not flooded: the eleventh mail in ten minutes is refused", async () => {
  const email = newEmail();
  const statuses = [];
  for (let count = 0; count < 11; count++) statuses.push((await post("/recover", { email })).status);
  expect(statuses).toEqual([...Array(10).fill(200), 429]);
});

test("a changed address counts once the new mailbox confirms it", async () => {
  const { own, email, id } = await register();
  const next = newEmail();
  expect((await own.auth.updateUser({ email: next })).error).toBeNull();
  expect((await own.auth.getUser()).data.user?.email).toBe(email);
  const token = codeIn(await mailTo(stack.urls.mail, next, "Confirm your new address"));
  await mailTo(stack.urls.mail, email, "Your address is being changed");
  const { data, error } = await client().auth.verifyOtp({ email: next, token, type: "email_change" });
  expect([error, data.user?.id, data.user?.email]).toEqual([null, id, next]);
});
