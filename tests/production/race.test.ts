import { describe, expect, test } from "vitest";
import { together } from "../payments/together.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { withSabotage } from "../support/sabotage.ts";
import { queuedPush, report, waitingPush } from "./handing-over.ts";

const database = useDatabase();

describe("reports at once", () => {
  test("end a process once, by the first word that ends it", async () => {
    await endedOnce(database);
  });

  test("end it twice when an end is no end", async () => {
    await withSabotage(
      "insert into private.status_moves values ('process', 'done', 'failed'), ('process', 'failed', 'done')",
      endedOnce,
    );
  });
});

async function endedOnce(target: TestDatabase): Promise<void> {
  for (let round = 0; round < raceRounds(3); round++) {
    const { processId } = await waitingPush(target.sql);
    const told = ["done", "failed", "done", "failed", "waiting", "waiting"];
    await together(
      target,
      told.map((status) => (sql: Pool) => report(sql, processId, { status })),
    );
    const ends = await target.sql`
      select to_status from public.status_changes where subject_id = ${processId} and to_status in ('done', 'failed')`;
    expect(ends).toHaveLength(1);
    const [row] = await target.sql`select status from public.processes where id = ${processId}`;
    expect(row?.status).toBe(ends[0]?.to_status);
  }
}

describe("the answer to a push and a report at once", () => {
  test("leave what was reported", async () => {
    for (let round = 0; round < raceRounds(5); round++) {
      const { processId } = await queuedPush(database.sql);
      await database.sql`select private.start_process(${processId})`;
      const answered = async (sql: Pool) => {
        await sql`select private.hand_over_process(${processId})`;
      };
      const lost = async (sql: Pool) => {
        await sql`select private.fail_process(${processId}, 'no answer')`;
      };
      await together(database, [answered, lost, (sql) => report(sql, processId, { status: "done" })]);
      const [row] = await database.sql`select status, finished_at from public.processes where id = ${processId}`;
      expect(row).toMatchObject({ status: "done", finished_at: expect.any(Date) });
    }
  });
});
