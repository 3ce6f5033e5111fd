import { randomUUID } from "node:crypto";
import { isConnectionLoss, type Sql } from "./database.ts";
import type { Log } from "./log.ts";

const BATCH = 200;
/** So many are applied at once: a commit waits for the disk, and others use that time. */
const AT_ONCE = 4;

type Taken = { provider: string; event_id: string; request_id: string | null; due: boolean };

/**
 * Applies the provider events that a webhook took into the inbox and did not get to, several at once, each in a transaction of its own: they touch orders
 * in no order that two of them could share. What somebody else has is left to them. Tells how many nobody has tried, also
 * those that whoever took them may still apply, before it begins; answers how many were due.
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
  const applyRest = async () => {
    for (const { provider, event_id, request_id } of next) {
      try {
        await sql`select private.try_taken_event(${provider}, ${event_id}, ${request_id ?? `inbox-${randomUUID()}`})`;
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        log.warn({ err: error, event_id }, "an event that was taken could not be tried");
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, due.length) }, applyRest));
  return due.length;
}
