import { correlated, type Transaction } from "../database.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every minute: sends off gifts whose time has come, reminds of those that run out soon, and ends those that ran out, each on its own. */
export const runGifts: ScheduledTask = async (context) => {
  const announced = await untilNone(
    context,
    (transaction) => transaction<Moved[]>`select private.announce_due_gifts(${BATCH}) as gifts`,
  );
  const reminded = await untilNone(
    context,
    (transaction) => transaction<Moved[]>`select private.remind_of_gifts(${BATCH}) as gifts`,
  );
  const expired = await untilNone(
    context,
    (transaction) => transaction<Moved[]>`select count(gift)::integer as gifts from private.expire_due_gift() as gift`,
  );
  return announced + reminded + expired;
};

type Moved = { gifts: number };

async function untilNone(
  { sql, correlationId, signal }: RunContext,
  step: (transaction: Transaction) => PromiseLike<Moved[]>,
): Promise<number> {
  let moved = 0;
  while (!signal.aborted) {
    const [row] = await correlated(sql, correlationId, async (transaction) => step(transaction));
    if (!row?.gifts) break;
    moved += row.gifts;
  }
  return moved;
}
