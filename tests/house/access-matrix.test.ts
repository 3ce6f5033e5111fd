import { beforeAll, expect, test } from "vitest";
import {
  apiRelations,
  describeGrants,
  describeReach,
  grantsIn,
  installProbe,
  type Reach,
  reachIn,
} from "../support/access.ts";
import { useDatabase } from "../support/database.ts";
import { populateShop } from "../support/populated-shop.ts";

const database = useDatabase();
const reached = new Map<string, Reach>();

beforeAll(async () => {
  const { first, second } = await populateShop(database.sql);
  await installProbe(database.sql, { first, second });
  for (const relation of await apiRelations(database.sql)) reached.set(relation, await reachIn(database.sql, relation));
});

// To accept a reviewed change: npx vitest run tests/house/access-matrix.test.ts --update
test("every relation gives every role exactly what access-matrix.json says", async () => {
  const matrix: Record<string, unknown> = {};
  for (const [relation, reach] of reached) {
    const grants = await grantsIn(database.sql, relation);
    matrix[relation] = { "granted to": describeGrants(grants), "reached by": describeReach(reach) };
  }
  await expect(`${JSON.stringify(matrix, null, 2)}\n`).toMatchFileSnapshot("access-matrix.json");
});

test("every relation has rows to judge by", async () => {
  const isEmpty = (reach: Reach) =>
    reach.some(({ levels }) => Object.values(levels).some(({ level }) => level === "empty"));
  expect([...reached].filter(([, reach]) => isEmpty(reach)).map(([relation]) => relation)).toEqual([]);
});

test("what two customers both see, everyone who signed in sees", async () => {
  const shared: string[] = [];
  for (const relation of await apiRelations(database.sql)) {
    const [first, second, stranger] = await Promise.all(
      ["first", "second", "stranger"].map((actor) => visibleRows(relation, actor)),
    );
    const leaked = [...(first ?? [])].filter((row) => second?.has(row) && !stranger?.has(row));
    shared.push(...leaked.map((row) => `${relation}: ${row}`));
  }
  expect(shared).toEqual([]);
});

async function visibleRows(relation: string, actor: string): Promise<Set<string>> {
  const [found] = await database.sql`select role, claims from probe.actors where name = ${actor}`;
  return database.sql.begin(async (sql) => {
    await sql`select set_config('request.jwt.claims', ${found?.claims}, true), set_config('role', ${found?.role}, true)`;
    const granted = await sql`select has_table_privilege(${`public.${relation}`}, 'select') as may`;
    if (!granted[0]?.may) return new Set<string>();
    const rows = await sql`select to_jsonb(t)::text as row from ${sql(`public.${relation}`)} as t`;
    return new Set(rows.map((row) => String(row.row)));
  });
}
