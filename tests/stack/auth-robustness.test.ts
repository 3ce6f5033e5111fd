import { randomUUID } from "node:crypto";
import { App, type Connection } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { restoreAuthFunctions } from "../../packages/stack/src/postgres/index.ts";
import { useStack } from "../support/stack.ts";
import { newEmail, startEcho, startGatewayProcess } from "./gateway-process.ts";
import { codeIn, mailTo } from "./mailbox.ts";

const stack = useStack({ invariants: false });
const password = "correct horse 1";
let sql: postgres.Sql;
beforeAll(() => {
  sql = postgres(stack.urls.superuser, { max: 2, onnotice: () => {} });
});
afterAll(() => sql?.end({ timeout: 1 }));
const client = (url = stack.urls.api, key = stack.keys.publishableKey) =>
  createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const garbage: string[] = [
  ...["", "null", "[]", "1", '"x"', "true", "{", "\u0000", "not json", '{"email":', deep(5_000), deep(60_000)],
  ...['{"email":1,"password":2}', '{"email":{"a":1},"password":["x"]}', '{"email":"x","password":null}'],
  ...['{"email":"a\\u0000@b.test","password":"longenough"}', '{"email":"a@b.test","password":"long\\u0000enough"}'],
  ...[
    '{"email":"a@b.test","password":"\\ud800longenough"}',
    '{"email":"new-%ID%@b.test","password":"longenough","data":{"a":"\\u0000"}}',
  ],
  ...[
    '{"email":"new-%ID%@b.test","password":"longenough","data":[1]}',
    '{"email":"new-%ID%@b.test","password":"longenough","data":"x"}',
  ],
  `{"email":"${"a".repeat(300)}@b.test","password":"longenough"}`,
  `{"email":"new-%ID%@b.test","password":"${"x".repeat(73)}"}`,
  `{"email":"a@b.test' or 1=1 --","password":"longenough"}`,
  '{"refresh_token":1}',
  '{"refresh_token":"\' or 1=1"}',
  `{"refresh_token":"${"x".repeat(9_999)}"}`,
  '{"type":"email","email":"a@b.test","token":123456}',
  '{"type":"email","token_hash":{}}',
  `{"type":"email","token_hash":"${"0".repeat(96)}"}`,
  '{"type":"__proto__","email":"a@b.test","token":"1"}',
  '{"type":"constructor","email":"a@b.test"}',
  '{"__proto__":{"role":"service_role"},"email":"x"}',
  '{"phone":"+6281","password":"longenough"}',
  '{"ban_duration":"-1h","email":"x"}',
  '{"ban_duration":"9e99h"}',
  '{"ban_duration":"99999999999999h","email":"new-%ID%@b.test"}',
  '{"id":"x","email":"new-%ID%@b.test"}',
  '{"app_metadata":7,"email":"new-%ID%@b.test"}',
];
const calls: [string, string][] = [
  ...["/signup", "/token?grant_type=password", "/token?grant_type=refresh_token", "/token", "/token?grant_type=x"].map(
    (path): [string, string] => ["POST", path],
  ),
  ...["/otp", "/magiclink", "/recover", "/resend", "/verify", "/logout?scope=x", "/invite", "/admin/users"].map(
    (path): [string, string] => ["POST", path],
  ),
  ["PUT", "/user"],
  ["PUT", `/admin/users/${randomUUID()}`],
  ["PUT", "/admin/users/not-a-uuid"],
  ["DELETE", "/admin/users/%27"],
  ["GET", "/admin/users?page=-1&per_page=x"],
  ["GET", "/admin/users?per_page=99999999999999999999"],
  ["GET", "/verify?token=%00&type=x&redirect_to=%01"],
  ["PATCH", "/user"],
];

test("garbage is answered with 4xx by every path of Auth, by anyone", async () => {
  const { data } = await client().auth.signUp({ email: newEmail(), password });
  const callers: Record<string, string>[] = [
    { apikey: stack.keys.publishableKey },
    { apikey: stack.keys.publishableKey, authorization: `Bearer ${data.session?.access_token}` },
    { apikey: stack.keys.secretKey },
  ];
  const wrong: unknown[] = [];
  const send = async (method: string, path: string, body: string, headers: Record<string, string>) => {
    const sent = body.replaceAll("%ID%", randomUUID());
    const response = await fetch(`${stack.urls.api}/auth/v1${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      redirect: "manual",
      body: method === "GET" ? null : sent,
    });
    const text = await response.text();
    // A few of these are in order for one path or caller; none may fail inside, or say how it is built.
    const broken = response.status >= 500 && response.status !== 501;
    const telling = /auth\.|select |syntax|relation|postgres/i.test(text);
    const mute = response.status >= 400 && !JSON.parse(text).msg;
    if (broken || telling || mute) wrong.push([method, path, sent.slice(0, 80), response.status, text]);
  };
  for (const [method, path] of calls) {
    for (const headers of callers) {
      await Promise.all((method === "GET" ? [""] : garbage).map((body) => send(method, path, body, headers)));
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

const privileges = () => sql`
  select 'relation' as kind, relation.oid::regclass::text as name, relation.relacl::text as acl
  from pg_class as relation where relation.relnamespace = any (array['public', 'private', 'auth', 'storage']::regnamespace[])
  union all
  select 'function', routine.oid::regprocedure::text, routine.proacl::text
  from pg_proc as routine where routine.pronamespace = any (array['public', 'private', 'auth', 'storage']::regnamespace[])
  union all
  select 'schema', nspname::text, nspacl::text from pg_namespace where nspname !~ '^pg_(toast|temp)'
  union all
  select 'default', concat(defaclnamespace::regnamespace, ' ', defaclobjtype, ' ', defaclrole::regrole), defaclacl::text from pg_default_acl
  order by 1, 2
`;

test("traffic through Auth and Storage changes no privilege", async () => {
  const before = await privileges();
  expect(before.length).toBeGreaterThan(50);
  const own = client();
  const admin = client(stack.urls.api, stack.keys.secretKey);
  await own.auth.signUp({ email: newEmail(), password });
  await own.auth.updateUser({ data: { a: 1 } });
  const bucket = `acl-${randomUUID()}`;
  expect((await admin.storage.createBucket(bucket, { public: true })).error).toBeNull();
  expect((await admin.storage.from(bucket).upload("a.txt", "x")).error).toBeNull();
  await own.storage.from(bucket).list();
  await own.storage.from(bucket).download("a.txt");
  await client().storage.from(bucket).upload("b.txt", "x");
  await own.auth.signOut();
  expect(await privileges()).toEqual(before);
});

test("auth.uid, role, email and jwt read what PostgREST sets, also after lite made its schema again", async () => {
  const name = `lite_${randomUUID().replaceAll("-", "")}`;
  await sql.unsafe(`create database ${name} template template0`);
  const url = new URL(stack.urls.superuser);
  url.pathname = `/${name}`;
  const copy = postgres(url.href, { max: 1, onnotice: () => {} });
  const connection = createPostgresConnection({ url: url.href, postgresOptions: { max: 1, onnotice: () => {} } });
  try {
    const id = randomUUID();
    const claims = JSON.stringify({ sub: id, role: "authenticated", email: "a@b.test" });
    const read = () =>
      copy.begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${claims}, true)`;
        const [row] =
          await tx`select auth.uid()::text as uid, auth.role() as role, auth.email() as email, auth.jwt() ->> 'sub' as sub`;
        return row;
      });
    await new App({ connection: connection as unknown as Connection, auth: { enabled: true } }).ensureSystemSchema();
    await restoreAuthFunctions(url.href);
    expect(await read()).toEqual({ uid: id, role: "authenticated", email: "a@b.test", sub: id });
  } finally {
    await connection.close();
    await copy.end();
    await sql.unsafe(`drop database ${name} with (force)`);
  }
  const [source] = await sql`select prosrc from pg_proc where oid = 'auth.uid'::regproc`;
  expect(source?.prosrc).toContain("request.jwt.claims");
});

test("where confirmation is required, a sign-up gives no session and looks the same for a taken address", async () => {
  const echo = await startEcho();
  onTestFinished(echo.close);
  const gateway = await startGatewayProcess({
    POSTGREST_URL: stack.urls.rest,
    FUNCTIONS_URL: echo.url,
    DATABASE_URL: stack.urls.superuser,
    SMTP_URL: stack.urls.smtp,
    AUTH_REQUIRE_CONFIRMATION: "1",
  });
  onTestFinished(gateway.stop);
  const own = client(gateway.url, gateway.keys.publishableKey);
  const email = newEmail();
  const first = await own.auth.signUp({ email, password });
  expect([first.error, first.data.session]).toEqual([null, null]);
  expect((await own.auth.signInWithPassword({ email, password })).error?.code).toBe("email_not_confirmed");
  const token = codeIn(await mailTo(stack.urls.mail, email, "Confirm your address"));
  const verified = await own.auth.verifyOtp({ email, token, type: "signup" });
  expect([verified.error, verified.data.user?.email]).toEqual([null, email]);
  expect(
    (await client(gateway.url, gateway.keys.publishableKey).auth.signInWithPassword({ email, password })).error,
  ).toBeNull();

  const taken = await own.auth.signUp({ email, password: "somebody else 9" });
  const free = await own.auth.signUp({ email: newEmail(), password: "somebody else 9" });
  expect([taken.error, taken.data.session]).toEqual([null, null]);
  expect(Object.keys(taken.data.user ?? {}).sort()).toEqual(Object.keys(free.data.user ?? {}).sort());
  expect(taken.data.user?.id).not.toBe(verified.data.user?.id);
  expect((await own.auth.signInWithPassword({ email, password: "somebody else 9" })).error?.code).toBe(
    "invalid_credentials",
  );
});

test("a mail asked for just before the gateway stops still goes out", async () => {
  const echo = await startEcho();
  onTestFinished(echo.close);
  const gateway = await startGatewayProcess({
    POSTGREST_URL: stack.urls.rest,
    FUNCTIONS_URL: echo.url,
    DATABASE_URL: stack.urls.superuser,
    SMTP_URL: stack.urls.smtp,
  });
  onTestFinished(gateway.stop);
  const email = newEmail();
  await client(gateway.url, gateway.keys.publishableKey).auth.signInWithOtp({ email });
  await gateway.stop();
  expect((await mailTo(stack.urls.mail, email, "Your sign-in code")).Text).toMatch(/^\d{6}$/m);
});
