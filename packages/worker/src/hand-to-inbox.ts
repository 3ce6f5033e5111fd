import type { ProviderEvent, ProviderName } from "../../../supabase/functions/_shared/payments/provider.ts";
import { correlated, type Sql, type Transaction } from "./database.ts";

/** How an event came to the worker: as the answer to a request of ours, or because it was asked about what no webhook had brought. */
export type BroughtBy = "answer" | "reading";

/** Hands an event to the inbox as the webhook does, and answers what became of it. */
export async function handToInbox(
  { sql, correlationId }: { sql: Sql; correlationId: string },
  provider: ProviderName,
  event: ProviderEvent,
  broughtBy: BroughtBy,
): Promise<string> {
  return await correlated(sql, correlationId, (transaction) => intoInbox(transaction, provider, event, broughtBy));
}

/** The same inside a transaction that does more. */
export async function intoInbox(
  transaction: Transaction,
  provider: ProviderName,
  event: ProviderEvent,
  broughtBy: BroughtBy,
): Promise<string> {
  // As text: the driver would encode an object that is a string already a second time.
  const payload = JSON.stringify(event);
  const [row] = await transaction<{ answer: { outcome: string } }[]>`
    select private.receive_provider_event(${provider}, ${event.id}, ${event.type}, ${payload}::text::jsonb, ${broughtBy}) as answer`;
  return row?.answer.outcome ?? "failed";
}
