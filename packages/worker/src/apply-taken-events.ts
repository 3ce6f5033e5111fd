import { randomUUID } from "node:crypto";
import { correlated, isConnectionLoss, type Sql } from "./database.ts";
import type { Log } from "./log.ts";

const BATCH = 50;

type Taken = { provider: string; event_id: string; request_id: string | null };

/**
 * Applies the provider events that a webhook took into the inbox and did not get to, each in a transaction of its own: they touch orders in no
 * order that two of them could share. Answers how many there were.
 */
export async function applyTakenEvents(sql: Sql, log: Log): Promise<number> {
  const events = await sql<
    Taken[]
  >`select provider, event_id, request_id from private.untried_provider_events(${BATCH})`;
  for (const { provider, event_id, request_id } of events) {
    try {
      await correlated(sql, request_id ?? `inbox-${randomUUID()}`, async (transaction) => {
        await transaction`select private.try_provider_event(${provider}, ${event_id})`;
      });
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      log.warn({ err: error, event_id }, "an event that was taken could not be tried");
    }
  }
  return events.length;
}
