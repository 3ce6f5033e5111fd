import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { expect, inject, test } from "vitest";
import { bootstrap, changeUrl } from "../../packages/stack/src/postgres/index.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase({ invariants: false });

test("roles have the rights and limits of a hosted project", async () => {
  const rows = await database.sql`
    select rolname, rolsuper, rolinherit, rolcanlogin, rolbypassrls, rolcreaterole, rolreplication,
      (select setting from unnest(rolconfig) setting where setting like 'statement_timeout=%') as timeout
    from pg_roles where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'postgres')`;
  const roles = Object.fromEntries(rows.map(({ rolname, ...role }) => [rolname, role]));
  expect(roles.anon).toMatchObject({ rolcanlogin: false, rolbypassrls: false, timeout: "statement_timeout=3s" });
  expect(roles.authenticated).toMatchObject({
    rolcanlogin: false,
    rolbypassrls: false,
    timeout: "statement_timeout=8s",
  });
  expect(roles.service_role).toMatchObject({ rolcanlogin: false, rolbypassrls: true });
  expect(roles.authenticator).toMatchObject({ rolcanlogin: true, rolinherit: false, rolbypassrls: false });
  expect(roles.postgres).toMatchObject({
    rolsuper: false,
    rolcreaterole: true,
    rolbypassrls: true,
    rolreplication: true,
  });
});

test("everything that migrations made belongs to the role that is no superuser", async () => {
  const rows = await database.sql`
    select distinct relowner::regrole::text as owner from pg_class where relnamespace in ('public'::regnamespace, 'private'::regnamespace)`;
  expect(rows).toEqual([{ owner: "postgres" }]);
});

test.each([
  ["request.jwt.claims", (sub: string) => JSON.stringify({ sub, role: "authenticated", email: "a@example.test" })],
  ["request.jwt.claim.sub", (sub: string) => sub],
])("auth.uid() reads %s", async (setting, value) => {
  const sub = randomUUID();
  const [row] = await database.sql.begin(async (sql) => {
    await sql`select set_config(${setting}, ${value(sub)}, true)`;
    return sql`select auth.uid() as uid`;
  });
  expect(row).toEqual({ uid: sub });
});

test("auth.role(), auth.email() and auth.jwt() read the claims, and nobody is null", async () => {
  const claims = {
    sub: randomUUID(),
    role: "authenticated",
    email: "a@example.test",
    app_metadata: { provider: "email" },
  };
  const [row] = await database.sql.begin(async (sql) => {
    await sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    return sql`select auth.role(), auth.email(), auth.jwt()`;
  });
  expect(row).toEqual({ role: "authenticated", email: "a@example.test", jwt: claims });
  expect(await database.sql`select auth.uid(), auth.role(), auth.email(), auth.jwt()`).toEqual([
    { uid: null, role: null, email: null, jwt: null },
  ]);
});

test("doing it again on a migrated database changes no grant and no owner", async () => {
  const admin = changeUrl(inject("databaseUrl"), { database: database.name });
  const grants = () => database.sql`
    select oid::regclass::text as name, relacl::text, relowner::regrole::text
    from pg_class where relnamespace <> 'pg_toast'::regnamespace order by 1`;
  const before = await grants();
  const superuser = postgres(admin, { max: 1, onnotice: () => {} });
  // Without its mark it takes the database for a new one.
  await superuser`comment on schema auth is null`;
  await superuser.end();
  await bootstrap(admin);
  expect(await grants()).toEqual(before);
  expect(await database.sql`select obj_description('auth'::regnamespace) as mark`).not.toEqual([{ mark: null }]);
});
