import type { ScheduledTask } from "./task.ts";

/** Every night: forgets answers that nobody can still be waiting for. */
export const purgeIdempotencyKeys: ScheduledTask = async ({ sql }) => {
  const [row] = await sql<{ keys: number }[]>`select private.purge_idempotency_keys() as keys`;
  return row?.keys ?? 0;
};
