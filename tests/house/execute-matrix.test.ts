import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";

const database = useDatabase({ invariants: false });

// To accept a reviewed change: npx vitest run tests/house/execute-matrix.test.ts --update
test("every function may be executed by exactly the roles that execute-matrix.json names, and by its owner", async () => {
  const rows = await database.sql`
    select p.pronamespace::regnamespace || '.' || p.oid::regprocedure::text as name, p.pronamespace::regnamespace::text as schema,
      (
        select string_agg(role, ', ' order by position)
        from unnest(array['public', 'anon', 'authenticated', 'service_role']) with ordinality as roles (role, position)
        where has_function_privilege(role, p.oid, 'execute')
      ) as roles
    from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and p.prorettype <> 'trigger'::regtype
      and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by 2 desc, 1`;
  const granted = rows.filter((row) => row.roles !== null);
  const matrix = Object.fromEntries(granted.map((row) => [String(row.name).replace(/^(\w+)\.\1\./, "$1."), row.roles]));
  await expect(`${JSON.stringify(matrix, null, 2)}\n`).toMatchFileSnapshot("execute-matrix.json");
});

test("no trigger function may be called by a client", async () => {
  const rows = await database.sql`
    select p.oid::regprocedure::text as name from pg_proc p, unnest(array['anon', 'authenticated', 'service_role']) as role
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prorettype = 'trigger'::regtype
      and has_function_privilege(role, p.oid, 'execute')`;
  expect(rows.map((row) => row.name)).toEqual([]);
});
