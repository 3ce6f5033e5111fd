import type { PgBoss } from "pg-boss";
import { DEAD_LETTERS, type TaskName } from "./queues.ts";

/** Sends dead letters back to the queue they came from, all or those of one task; answers how many. */
export async function redrive(boss: PgBoss, task?: TaskName): Promise<number> {
  let moved = 0;
  const before = new Date();
  for (;;) {
    const options = { limit: 500, createdBefore: before, ...(task ? { sourceName: task } : {}) };
    const count = await boss.redrive(DEAD_LETTERS, options);
    moved += count;
    if (count < 500) return moved;
  }
}

/** How many dead letters wait, by the task they came from. */
export async function countDeadLetters(boss: PgBoss): Promise<{ task: string; jobs: number }[]> {
  const preview = await boss.previewRedrive(DEAD_LETTERS);
  const rows = preview.destinations.map(({ name, count }) => ({ task: name, jobs: count }));
  return preview.unroutable > 0 ? [...rows, { task: "(no such queue any more)", jobs: preview.unroutable }] : rows;
}
