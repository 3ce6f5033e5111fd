import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { PaymentProvider, ProviderEvent } from "../../../../supabase/functions/_shared/payments/provider.ts";
import { askEachProvider } from "../ask-each-provider.ts";
import { handToInbox } from "../hand-to-inbox.ts";
import type { RunContext, ScheduledTask } from "./task.ts";

const AT_ONCE = 100;

/**
 * Every five minutes: reads each provider's own list of events, and hands to the inbox what no webhook brought: refunds and disputes that
 * somebody made there, or whatever was lost. One that is away holds up no other. Answers how many events had been missing.
 */
export const readEvents: ScheduledTask = async (context) => {
  let missed = 0;
  const sources = Object.values(context.providers).flatMap((adapter) =>
    adapter ? [{ provider: adapter.name, adapter }] : [],
  );
  const read = async ({ adapter }: { adapter: PaymentProvider }) => {
    missed += await readFrom(adapter, context);
  };
  try {
    await askEachProvider(sources, read, context);
  } finally {
    if (missed > 0) context.log.warn({ missed }, "events were missing from the inbox: webhooks are late or lost");
  }
  return missed;
};

async function readFrom(provider: PaymentProvider, context: RunContext): Promise<number> {
  const { sql } = context;
  const [reading] = await sql<{ since: Date; began_at: Date }[]>`
    select since, began_at from private.provider_reading(${provider.name})`;
  if (!reading) return 0;
  let missed = 0;
  let batch: ProviderEvent[] = [];
  for await (const event of provider.listEvents(reading.since)) {
    if (context.signal.aborted) return missed;
    batch.push(event);
    if (batch.length < AT_ONCE) continue;
    missed += await handOver(provider, batch, context);
    batch = [];
  }
  missed += await handOver(provider, batch, context);
  await sql`select private.finish_provider_reading(${provider.name}, ${reading.began_at})`;
  return missed;
}

async function handOver(provider: PaymentProvider, events: ProviderEvent[], context: RunContext): Promise<number> {
  if (events.length === 0) return 0;
  const ids = events.map(({ id }) => id);
  const missing = await context.sql<{ id: string }[]>`
    select missing.id from private.missing_provider_events(${provider.name}, ${ids}) as missing (id)`;
  const wanted = new Set(missing.map(({ id }) => id));
  let taken = 0;
  for (const event of events.filter(({ id }) => wanted.has(id))) {
    await failpoint("reading.listed", event.id);
    const outcome = await handToInbox(context, provider.name, event, "reading");
    await failpoint("reading.recorded", event.id);
    if (outcome === "duplicate") continue;
    context.log.info({ event_id: event.id, type: event.type, outcome }, "an event that no webhook brought");
    taken++;
  }
  return taken;
}
