import { beforeAll, expect, test, vi } from "vitest";
import { type Command, grantsIn, installProbe, type Reach, reachDiffers, reachIn } from "../support/access.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { populateShop } from "../support/populated-shop.ts";

/** One change to who may do what, which the access matrix must notice. */
type Mutation = { relation: string; statement: string; command?: Command };

// Each mutation measures its relation anew, for every actor and command.
vi.setConfig({ testTimeout: 120_000 });

const database = useDatabase();

beforeAll(async () => {
  const { first, second } = await populateShop(database.sql);
  await installProbe(database.sql, { first, second });
});

test("the access matrix notices every policy that is dropped", async () => {
  expect(
    await unnoticed(await policies((policy) => `drop policy ${policy.name} on public.${policy.relation}`)),
  ).toEqual([]);
});

test("the access matrix notices every policy that is opened to all rows", async () => {
  const opened = await policies(({ name, relation, cmd, qual, with_check }) => {
    if ((qual ?? "true") === "true" && (with_check ?? "true") === "true") return null;
    const using = cmd === "INSERT" ? "" : "using (true)";
    const check = cmd === "INSERT" || cmd === "UPDATE" ? "with check (true)" : "";
    return `alter policy ${name} on public.${relation} ${using} ${check}`;
  });
  expect(await unnoticed(opened)).toEqual([]);
});

test("the access matrix notices row level security that is switched off, unless everyone may see every row", async () => {
  const rows = await database.sql`select relname as relation from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity
      and not exists (select from pg_policies where schemaname = 'public' and tablename = relname and qual = 'true')`;
  const off = rows.map(({ relation }) => ({
    relation,
    statement: `alter table public.${relation} disable row level security`,
    command: "select" as const,
  }));
  expect(await unnoticed(off)).toEqual([]);
});

test("the access matrix notices every grant that is revoked", async () => {
  const rows = await database.sql`
    select c.relname as relation, format('revoke %s on public.%I from %s', acl.privilege_type, c.relname, acl.grantee::regrole) as statement
    from pg_class c, aclexplode(c.relacl) acl
    where c.relnamespace = 'public'::regnamespace and acl.grantee::regrole::text in ('anon', 'authenticated', 'service_role')
    union all
    select c.relname, format('revoke %s (%I) on public.%I from %s', acl.privilege_type, a.attname, c.relname, acl.grantee::regrole)
    from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) acl
    where c.relnamespace = 'public'::regnamespace and acl.grantee::regrole::text in ('anon', 'authenticated', 'service_role')
    order by 1, 2`;
  expect(rows.length).toBeGreaterThan(50);
  expect(await unnoticed(rows as unknown as Mutation[])).toEqual([]);
});

test("the access matrix notices every grant that is added", async () => {
  const rows = await database.sql`
    select c.relname as relation, format('grant %s on public.%I to %s', command, c.relname, role) as statement
    from pg_class c, unnest(array['anon', 'authenticated', 'service_role']) as role, unnest(array['select', 'insert', 'update', 'delete']) as command
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not has_table_privilege(role, c.oid, command)
    order by 1, 2`;
  expect(await unnoticed(rows as unknown as Mutation[])).toEqual([]);
});

type Policy = { relation: string; name: string; cmd: string; qual: string | null; with_check: string | null };

async function policies(statementFor: (policy: Policy) => string | null): Promise<Mutation[]> {
  const rows = await database.sql<Policy[]>`
    select tablename as relation, quote_ident(policyname) as name, cmd, qual, with_check from pg_policies where schemaname = 'public' order by 1, 2`;
  return rows.flatMap((policy) => {
    const statement = statementFor(policy);
    return statement ? [{ relation: policy.relation, statement, command: policy.cmd.toLowerCase() as Command }] : [];
  });
}

/** What was granted and what was reached before any mutation: each is undone before the next. */
const grantsBefore = new Map<string, string>();
const reachBefore = new Map<string, Reach>();

/** The mutations after which the picture of their relation is still the same. */
async function unnoticed(mutations: Mutation[]): Promise<string[]> {
  expect(mutations.length).toBeGreaterThan(0);
  const sql = await database.sql.reserve();
  const survivors: string[] = [];
  for (const mutation of mutations) {
    const differs = await watch(sql, mutation);
    await sql`begin`;
    await sql.unsafe(mutation.statement);
    if (!(await differs())) survivors.push(mutation.statement);
    await sql`rollback`;
  }
  sql.release();
  return survivors;
}

/** Tells afterwards whether the picture changed: a policy shows in what people reach with its command, a grant in the grants. */
async function watch(sql: Sql, { relation, command }: Mutation): Promise<() => Promise<boolean>> {
  if (!command) {
    const grants = async () => JSON.stringify(await grantsIn(sql, relation));
    const before = grantsBefore.get(relation) ?? (await grants());
    grantsBefore.set(relation, before);
    return async () => (await grants()) !== before;
  }
  const key = `${relation} ${command}`;
  const before = reachBefore.get(key) ?? (await reachIn(sql, relation, [command]));
  reachBefore.set(key, before);
  return () => reachDiffers(sql, relation, [command], before);
}
