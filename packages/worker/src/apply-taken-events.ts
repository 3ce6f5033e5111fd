import { randomUUID } from "node:crypto";
import { isConnectionLoss, type Sql } from "./database.ts";
import type { Log } from "./log.ts";

const BATCH = 200;
/** So many are applied at once: a commit waits for the disk, and others use that time. */
const AT_ONCE = 4;

type Taken = { provider: string; event_id: string; request_id: string | null; due: boolean };

/**
 * Applies the provider events that a webhook took into the inbox and did not get to, several at once, each in a transaction of its own: they touch orders
 * in no order that two of them could share. What somebody else has is left to them. Tells how many nobody has tried, also those that whoever took them may
 * still apply, before it begins; answers how many it tried.
 */
export async function applyTakenEvents(
  sql: Sql,
  log: Log,
  found: (events: number) => void = () => {},
): Promise<number> {
  const events = await sql<
    Taken[]
  >`select provider, event_id, request_id, due from private.untried_provider_events(${BATCH})`;
  found(events.length);
  const due = events.filter((event) => event.due);
  const next = due.values();
  let tried = 0;
  const applyRest = async () => {
    for (const event of next) if (await tryEvent(event, sql, log)) tried++;
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, due.length) }, applyRest));
  return tried;
}

async function tryEvent({ provider, event_id, request_id }: Taken, sql: Sql, log: Log): Promise<boolean> {
  try {
    const [row] = await sql<{ outcome: string | null }[]>`
      select private.try_taken_event(${provider}, ${event_id}, ${request_id ?? `inbox-${randomUUID()}`}) as outcome`;
    return row?.outcome != null;
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    log.warn({ err: error, event_id }, "an event that was taken could not be tried");
    // It took its own mark with it (a statement that takes too long does). Marked, it is tried again each minute and holds nothing up.
    await sql`
      update private.provider_events set outcome = 'failed', attempts = attempts + 1, error = left(${String(error)}, 2000)
      where provider = ${provider} and event_id = ${event_id} and processed_at is null`;
    return true;
  }
}
