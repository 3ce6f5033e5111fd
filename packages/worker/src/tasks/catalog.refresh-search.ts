import type { ScheduledTask } from "./task.ts";

const BATCH = 500;

/** Every minute: makes products findable as they are where one change was about too many of them for its request, in batches; answers how many. */
export const refreshSearch: ScheduledTask = async ({ sql, signal }) => {
  let refreshed = 0;
  while (!signal.aborted) {
    const [row] = await sql<{ products: number }[]>`select private.refresh_search(${BATCH}) as products`;
    refreshed += row?.products ?? 0;
    if ((row?.products ?? 0) < BATCH) break;
  }
  return refreshed;
};
