import type { ScheduledTask } from "./task.ts";

const BATCH = 500;

/** Hourly: books what is left on gift cards that expired, in batches, so that no transaction grows long. */
export const expireGiftCards: ScheduledTask = async ({ sql, signal }) => {
  let expired = 0;
  while (!signal.aborted) {
    const [row] = await sql<{ cards: number }[]>`select private.expire_gift_cards(${BATCH}) as cards`;
    expired += row?.cards ?? 0;
    if ((row?.cards ?? 0) < BATCH) break;
  }
  return expired;
};
