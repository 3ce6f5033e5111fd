import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import type { Stack } from "../../packages/stack/src/index.ts";
import { plain, type Row } from "../report/row.ts";
import { percentile } from "../statistics.ts";

/** What of the simulator's truth is read here. */
type Truth = {
  counts: { pending_deliveries: number };
  sessions: { id: string; payment_status: string; client_reference_id: string; completed_ms: number | null }[];
  deliveries: { session: string | null; type: string; state: string; attempts: { at: number; ms: number }[] }[];
};

/**
 * How long it took from "the buyer paid" in the provider's books to the commit that enrolled them, by Postgres' own commit timestamp, and
 * each acknowledgement of a webhook. Also compares who was told "paid" with the database.
 */
export async function deliveryTimes(stack: Stack, paid: Set<string>): Promise<{ rows: Row[]; failures: string[] }> {
  const truth = await settledTruth(stack);
  const acknowledged = truth.deliveries.filter(({ state }) => state === "delivered");
  const bought = truth.sessions.filter(({ payment_status }) => payment_status === "paid");
  const enrolled = await enrolledAt(stack);
  const untilEnrolled = bought.map(
    ({ client_reference_id, completed_ms }) => (enrolled.get(client_reference_id) ?? Infinity) - (completed_ms ?? 0),
  );
  const acknowledgements = acknowledged.flatMap(({ attempts }) => attempts.map(({ ms }) => ms));
  const row = (what: string, value: number, budget?: number) =>
    plain({
      measurement: "journey",
      what,
      clients: null,
      value,
      unit: "ms",
      budget: budget === undefined ? null : { text: `< ${budget} ms`, reached: value < budget },
    });
  return {
    rows: [
      row("paid at the provider until enrolled, p50", percentile(untilEnrolled, 0.5)),
      row("paid at the provider until enrolled, p99", percentile(untilEnrolled, 0.99), 3000),
      row("acknowledgement of a webhook, p99", percentile(acknowledgements, 0.99), 500),
    ],
    failures: disagreements(
      paid,
      bought.map(({ client_reference_id }) => client_reference_id),
      new Set(enrolled.keys()),
    ),
  };
}

async function settledTruth(stack: Stack): Promise<Truth> {
  for (const until = Date.now() + 30_000; ; ) {
    const answer = await fetch(`${stack.urls.simulator}/simulator/truth`, {
      headers: { authorization: `Bearer ${stack.keys.stripeKey}` },
    });
    const truth = (await answer.json()) as Truth;
    if (truth.counts.pending_deliveries === 0) return truth;
    if (Date.now() > until)
      throw new Error(`${truth.counts.pending_deliveries} webhooks are still under way after 30 s.`);
    await pause(200);
  }
}

/** When the seat of each paid order was there for others to see, in milliseconds. */
async function enrolledAt(stack: Stack): Promise<Map<string, number>> {
  const sql = postgres(stack.urls.database, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql<{ order_id: string; committed_at: Date | null }[]>`
      select order_items.order_id, pg_xact_commit_timestamp(enrollments.xmin) as committed_at from public.orders
      join public.order_items on order_items.order_id = orders.id
      join public.enrollments on enrollments.order_item_id = order_items.id and enrollments.status = 'active'
      where orders.status = 'paid' and orders.total_amount > 0`;
    return new Map(rows.map(({ order_id, committed_at }) => [order_id, committed_at?.getTime() ?? Infinity]));
  } finally {
    await sql.end();
  }
}

/** The client's log, the provider's books and the database must tell of the same orders. */
function disagreements(paid: Set<string>, captured: string[], enrolled: Set<string>): string[] {
  const missing = (orders: Iterable<string>, where: Set<string>) => [...orders].filter((order) => !where.has(order));
  return [
    ...missing(paid, enrolled).map((order) => `order ${order} was answered as paid and is not enrolled`),
    ...missing(captured, enrolled).map((order) => `the provider captured order ${order}, which is not enrolled`),
    ...missing(enrolled, new Set(captured)).map((order) => `order ${order} is enrolled and was never captured`),
  ];
}
