import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Actors, apiRelations, installProbe, type Reach, reachIn } from "../support/access.ts";
import { useDatabase } from "../support/database.ts";
import { fingerprint } from "../support/fingerprint.ts";
import { populateShop } from "../support/populated-shop.ts";
import { type Rest, serveRest } from "../support/rest.ts";

type Key = { child: string; constraint: string; parent: string };

// A request for every relation, actor and method.
vi.setConfig({ testTimeout: 120_000 });

const database = useDatabase();
const reached = new Map<string, Reach>();
const firstColumn = new Map<string, string>();
let rest: Rest;
let actors: Actors;
let before: Record<string, string>;

beforeAll(async () => {
  const { first, second } = await populateShop(database.sql);
  actors = await installProbe(database.sql, { first, second });
  for (const relation of await apiRelations(database.sql)) reached.set(relation, await reachIn(database.sql, relation));
  const columns = await database.sql<{ relation: string; name: string }[]>`
    select distinct on (relname) relname as relation, attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped order by relname, attnum`;
  for (const { relation, name } of columns) firstColumn.set(relation, name);
  rest = await serveRest(database);
  before = await fingerprint(database.sql);
});

afterAll(() => rest?.stop());

test("reading over HTTP gives every actor exactly the rows that the matrix counts", async () => {
  const surprises: string[] = [];
  for (const [relation, reach] of reached) {
    await together(reach, async ({ actor, levels }) => {
      const { status, count } = await ask(actor, relation, "GET");
      const expected = levels.select.level === "no" ? "refused" : `${levels.select.reached} rows`;
      const found =
        status === 401 || status === 403
          ? "refused"
          : status === 200 || status === 206
            ? `${count} rows`
            : `status ${status}`;
      if (found !== expected) surprises.push(`${actor} reads ${relation}: ${found}, expected ${expected}`);
    });
  }
  expect(surprises).toEqual([]);
});

test("writing over HTTP is refused or reaches nothing wherever the matrix says so", async () => {
  const surprises: string[] = [];
  for (const [relation, reach] of reached) {
    const [row] =
      await database.sql`select to_jsonb(t) as data from ${database.sql(`public.${relation}`)} as t limit 1`;
    const granted = await grantedColumns(relation);
    await together(reach, async ({ actor, levels }) => {
      for (const [method, { level }] of [
        ["POST", levels.insert],
        ["PATCH", levels.update],
        ["DELETE", levels.delete],
      ] as const) {
        if (level !== "no" && level !== "none") continue;
        const columns = granted(actors[actor]?.role ?? "", method);
        const body = Object.fromEntries(columns.map((column) => [column, row?.data[column]]));
        const { status, count } = await ask(actor, relation, method, body);
        const reachedNothing = status < 300 && count === 0 && method !== "POST" && level === "none";
        if (status !== 401 && status !== 403 && !reachedNothing)
          surprises.push(`${actor} ${method} ${relation}: ${status}, ${count} rows`);
      }
    });
  }
  expect(surprises).toEqual([]);
  expect(await fingerprint(database.sql)).toEqual(before);
});

test("an embedded row is one that its reader may also read by itself", async () => {
  const keys = await database.sql<Key[]>`
    select conrelid::regclass::text as child, conname as constraint, confrelid::regclass::text as parent
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and confrelid::regclass::text !~ '\\.' order by 1, 2`;
  expect(keys.length).toBeGreaterThan(10);
  const surprises: string[] = [];
  for (const { child, constraint, parent } of keys) {
    for (const actor of ["anon", "first", "stranger", "support"]) {
      const own = new Set((await rows(actor, `/${parent}?select=*`)).map(inOneOrder));
      const embedded = await rows(actor, `/${child}?select=parent:${parent}!${constraint}(*)`);
      const leaked = embedded.filter(({ parent: row }) => row && !own.has(inOneOrder(row)));
      if (leaked.length > 0)
        surprises.push(`${actor} sees ${leaked.length} hidden ${parent} through ${child}.${constraint}`);
    }
  }
  expect(surprises).toEqual([]);
});

test("no column that a customer may write points to another table, so nobody attaches a row to somebody else's", async () => {
  const written = [...reached].filter(([, reach]) =>
    reach.some(
      ({ actor, levels }) =>
        actor === "first" && [levels.insert, levels.update].some(({ level }) => level === "some" || level === "all"),
    ),
  );
  expect(written.map(([relation]) => relation)).toContain("profiles");
  const pointing = await database.sql`
    select conrelid::regclass || '.' || attname as name
    from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any (conkey)
    where contype = 'f' and connamespace = 'public'::regnamespace and conrelid::regclass::text = any (${written.map(([relation]) => relation)})
      and (has_column_privilege('authenticated', conrelid, attnum, 'insert') or has_column_privilege('authenticated', conrelid, attnum, 'update'))`;
  // The first customer also teaches. What instructors write hangs on their own course, which their policies ask (tests/learning/access.test.ts).
  const taught = ["course_sections", "lessons", "lesson_contents", "intake_sessions", "session_links", "intake_links"];
  expect(pointing.map((row) => row.name).filter((name) => !taught.includes(name.split(".")[0]))).toEqual([]);
});

async function ask(
  actor: string,
  relation: string,
  method: string,
  body?: unknown,
): Promise<{ status: number; count: number }> {
  const headers = { "content-type": "application/json", prefer: "count=exact, return=minimal" };
  const path =
    method === "POST"
      ? `/${relation}`
      : method === "GET"
        ? `/${relation}?select=*`
        : `/${relation}?${firstColumn.get(relation)}=not.is.null`;
  const init = method === "GET" ? { headers } : { method, headers, body: JSON.stringify(body) };
  const response = await rest.request(actors[actor]?.claims ?? null, path, init);
  await response.body?.cancel();
  return { status: response.status, count: Number(response.headers.get("content-range")?.split("/")[1] ?? Number.NaN) };
}

async function rows(actor: string, path: string): Promise<Record<string, unknown>[]> {
  const response = await rest.request(actors[actor]?.claims ?? null, path);
  return response.ok ? ((await response.json()) as Record<string, unknown>[]) : [];
}

function inOneOrder(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The columns a write of this role names: those granted, or any one where nothing is, so that the grant is what refuses. */
async function grantedColumns(relation: string): Promise<(role: string, method: string) => string[]> {
  const columns = await database.sql`
    select attname as name, role, has_column_privilege(role, attrelid, attnum, 'insert') as "POST", has_column_privilege(role, attrelid, attnum, 'update') as "PATCH"
    from pg_attribute, unnest(array['anon', 'authenticated', 'service_role']) as role
    where attrelid = ${`public.${relation}`}::regclass and attnum > 0 and not attisdropped and attidentity <> 'a' order by attnum`;
  return (role, method) => {
    if (method === "DELETE") return [];
    const found = columns.filter((column) => column.role === role);
    const granted = found.filter((column) => column[method]);
    return (granted.length > 0 ? granted : found.slice(0, 1)).map((column) => String(column.name));
  };
}

/** Does the work for four actors at a time: nothing that succeeds here changes anything. */
async function together(reach: Reach, work: (one: Reach[number]) => Promise<void>): Promise<void> {
  for (let start = 0; start < reach.length; start += 4) await Promise.all(reach.slice(start, start + 4).map(work));
}
