import type { Sql } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import type { ProviderEvent } from "./provider-events.ts";

/** How the inbox took an event. */
export type Outcome = "applied" | "ignored" | "needs_review" | "failed" | "duplicate";

/** Hands an event to the inbox as the function stripe-webhook does, and gives its outcome. */
export async function deliver(sql: Sql, event: ProviderEvent, provider = "stripe"): Promise<Outcome> {
  const [outcome] = await deliverAll(sql, [event], provider);
  return outcome as Outcome;
}

/** Hands several events to the inbox, one after the other, in one transaction. */
export async function deliverAll(sql: Sql, events: ProviderEvent[], provider = "stripe"): Promise<Outcome[]> {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`
      select array_agg(public.receive_provider_event(${provider}, event ->> 'id', event ->> 'type', event) ->> 'outcome') as outcomes
      from (select event from jsonb_array_elements(${JSON.stringify(events)}::text::jsonb) with ordinality as list (event, position)
        order by position) as ordered`;
    return row?.outcomes as Outcome[];
  });
}
