import type { ProviderEvent, ProviderName } from "../../../supabase/functions/_shared/payments/provider.ts";
import { correlated, type Sql } from "./database.ts";

/** Hands an event to the inbox as the webhook does, and answers what became of it. */
export async function handToInbox(
  { sql, correlationId }: { sql: Sql; correlationId: string },
  provider: ProviderName,
  event: ProviderEvent,
): Promise<string> {
  // As text: the driver would encode an object that is a string already a second time.
  const payload = JSON.stringify(event);
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ answer: { outcome: string } }[]>`
      select public.receive_provider_event(${provider}, ${event.id}, ${event.type}, ${payload}::text::jsonb) as answer`,
  );
  return row?.answer.outcome ?? "failed";
}
