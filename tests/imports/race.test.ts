import { expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

/** Queues an import of three products, starts its run and stages its rows; gives the id. */
async function staged({ sql }: TestDatabase): Promise<string> {
  const [row] = await sql`select private.start_import('products', 'race.csv', false, null) as import`;
  const id = row?.import.id;
  await sql`select private.queue_import(${id}, 99), private.start_import_run(${id})`;
  await stage({ sql } as TestDatabase, id, 1);
  return id;
}

const stage = async ({ sql }: TestDatabase, id: string, run: number) =>
  (
    await sql`select private.load_import_rows(${id}, ${run}, '{slug,kind,title}', (
      select jsonb_agg(jsonb_build_object('row_number', row, 'record', jsonb_build_object('slug', 'raced-' || row, 'kind', 'physical', 'title', 'Raced')))
      from generate_series(2, 4) as row), '[]', 50) as current`
  )[0]?.current;

async function appliedOnce(target: TestDatabase): Promise<void> {
  const id = await staged(target);
  const { values, errors } = await race(
    target,
    8,
    async (sql) => (await sql`select private.run_import(${id}, 1) as result`)[0]?.result,
  );
  expect(errors).toEqual([]);
  expect(values.filter((result) => result !== null)).toMatchObject([{ products: { created: 3 } }]);
  const [ended] =
    await target.sql`select count(*)::integer as times from public.events where name = 'import.ended' and subject_id = ${id}`;
  expect(ended).toEqual({ times: 1 });
}

test("a run that eight workers end at once is applied once", () => appliedOnce(database));

test("that test notices runs that do not look whether they ended", () =>
  withSabotage(replaceInFunction("private.run_import", "and imports.status = 'running'", ""), appliedOnce, {
    rounds: 1,
  }));

test("a run that another overtook stages and writes nothing more", async () => {
  const id = await staged(database);
  const [second] = await database.sql`select private.start_import_run(${id}) as run`;
  expect(second?.run).toMatchObject({ run: 2 });
  expect(await stage(database, id, 1)).toBe(false);
  expect(await database.sql`select private.run_import(${id}, 1) as result`).toEqual([{ result: null }]);
  expect(await stage(database, id, 2)).toBe(true);
  // as after a crash of Postgres, which empties what is not logged
  await database.sql`delete from private.import_rows where row_number = 3`;
  await expect(database.sql`select private.run_import(${id}, 2)`).rejects.toThrow("run it again");
  expect(await database.sql`select status from public.imports where id = ${id}`).toEqual([{ status: "running" }]);
});
