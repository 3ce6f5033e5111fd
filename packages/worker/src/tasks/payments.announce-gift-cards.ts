import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every minute: sends off gift cards that were bought for a later day. */
export const announceGiftCards: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let announced = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ cards: number }[]>`select private.announce_due_gift_cards(${BATCH}) as cards`,
    );
    if (!row?.cards) break;
    announced += row.cards;
  }
  return announced;
};
