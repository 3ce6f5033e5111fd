import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { asCustomer, newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("one idempotency key sent a hundred times at once", () => {
  test("has one effect, and everybody gets its answer", async () => {
    await oneEffect(database);
  });

  test("has refusals among its answers when the twins do not wait for each other", async () => {
    await withSabotage(
      replaceInFunction("private.recall_answer", /perform pg_advisory_xact_lock\([^;]*;/, ""),
      (target) => oneEffect(target, 25),
    );
  });

  test("has several effects when the key is not remembered", async () => {
    await withSabotage(
      replaceInFunction("private.remember_answer", "if remember_answer.key is not null then", "if false then"),
      (target) => oneEffect(target, 25),
    );
  });
});

async function oneEffect(target: TestDatabase, copies = 100): Promise<void> {
  const learner = await newCustomer(target.sql);
  const { variantId } = await publishedIntake(target.sql, { seats: 200, price: 100 });
  const lines = JSON.stringify([{ variant_id: variantId, quantity: 1 }]);
  const { values, errors } = await race(target, copies, (sql) =>
    sql.begin(async (tx) => {
      await asCustomer(tx, learner);
      const [row] =
        await tx`select public.place_order(lines => ${lines}::text::jsonb, idempotency_key => 'the key') as placed`;
      return JSON.stringify(row?.placed);
    }),
  );
  expect(errors.map(String)).toEqual([]);
  expect(new Set(values).size).toBe(1);
  const [placed] = await target.sql`select count(*) as orders from public.orders where customer_id = ${learner}`;
  expect(placed?.orders).toBe(1);
}

describe("one key of forty people at once", () => {
  test("gives each their own order", async () => {
    await everyoneTheirOwn(database);
  });

  test("gives another's order when keys do not belong to people", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.recall_answer", "idempotency_keys.person_id = recall_answer.person_id and", ""),
        replaceInFunction("private.recall_answer", "recall_answer.person_id::text || ", ""),
      ),
      everyoneTheirOwn,
      { rounds: 1 },
    );
  });
});

async function everyoneTheirOwn(target: TestDatabase): Promise<void> {
  const { variantId } = await publishedIntake(target.sql, { seats: 200, price: 100 });
  const lines = JSON.stringify([{ variant_id: variantId, quantity: 1 }]);
  const learners: string[] = [];
  for (let count = 0; count < 40; count++) learners.push(await newCustomer(target.sql));
  const { values, errors } = await race(target, learners.length, (sql, index) =>
    sql.begin(async (tx) => {
      await asCustomer(tx, learners[index] as string);
      const [row] =
        await tx`select public.place_order(lines => ${lines}::text::jsonb, idempotency_key => 'shared') as placed`;
      return row?.placed.id;
    }),
  );
  expect(errors.map(String)).toEqual([]);
  expect(new Set(values).size).toBe(learners.length);
}

describe("two moves of one status at once", () => {
  test("leave one move and one row of history", async () => {
    await oneMove(database);
  });

  test("leave two rows of history without the guard's rows", async () => {
    await withSabotage("insert into private.status_moves values ('process', 'done', 'running')", oneMove);
  });
});

/** A job is started and finished by one worker while twenty others start it too. */
async function oneMove(target: TestDatabase): Promise<void> {
  const [job] =
    await target.sql`select private.queue_process('notifications.send-welcome', null, 'profile', gen_random_uuid()) as id`;
  await target.sql`select private.start_process(${job?.id})`;
  await target.sql`select private.finish_process(${job?.id})`;
  const { errors } = await race(
    target,
    20,
    (sql) => sql`update public.processes set status = 'running', finished_at = null where id = ${job?.id}`,
  );
  expect(errors).toHaveLength(20);
  const history =
    await target.sql`select to_status from public.status_changes where subject_id = ${job?.id} order by id`;
  expect(history.map(({ to_status }) => to_status)).toEqual(["running", "done"]);
}
