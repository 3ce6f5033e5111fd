import type { Simulation } from "./simulation.ts";

/** What really happened at the provider, for a comparison with the shop's database in both directions. */
export function truth(simulation: Simulation) {
  const { store, random, clock } = simulation;
  return {
    seed: random.seed,
    now: clock.seconds(),
    counts: counts(simulation),
    totals: totals(simulation),
    sessions: store.sessions.all().map(({ object, created_ms, completed_ms }) => ({
      id: object.id,
      status: object.status,
      payment_status: object.payment_status,
      amount_total: object.amount_total,
      currency: object.currency,
      client_reference_id: object.client_reference_id,
      customer: object.customer,
      customer_email: object.customer_email,
      customer_details: object.customer_details,
      url: object.url,
      metadata: object.metadata,
      payment_intent: object.payment_intent,
      created: object.created,
      expires_at: object.expires_at,
      created_ms,
      completed_ms,
    })),
    payment_intents: store.intents.all().map(({ object, session }) => ({
      id: object.id,
      session,
      status: object.status,
      amount: object.amount,
      amount_received: object.amount_received,
      currency: object.currency,
      customer: object.customer,
      metadata: object.metadata,
      latest_charge: object.latest_charge,
      last_payment_error: object.last_payment_error?.code ?? null,
      created: object.created,
    })),
    charges: store.charges.all().map(({ object }) => ({
      id: object.id,
      payment_intent: object.payment_intent,
      status: object.status,
      amount: object.amount,
      amount_captured: object.amount_captured,
      amount_refunded: object.amount_refunded,
      currency: object.currency,
      disputed: object.disputed,
      failure_code: object.failure_code,
      metadata: object.metadata,
      created: object.created,
    })),
    refunds: store.refunds.all().map(({ object }) => ({
      id: object.id,
      payment_intent: object.payment_intent,
      charge: object.charge,
      status: object.status,
      amount: object.amount,
      currency: object.currency,
      reason: object.reason,
      metadata: object.metadata,
      created: object.created,
    })),
    disputes: store.disputes.all().map(({ object }) => ({
      id: object.id,
      payment_intent: object.payment_intent,
      charge: object.charge,
      status: object.status,
      amount: object.amount,
      currency: object.currency,
      reason: object.reason,
      // What the bank holds of it now, and what disputing cost.
      withdrawn: -object.balance_transactions.reduce((sum, { amount }) => sum + amount, 0),
      fees: object.balance_transactions.reduce((sum, { fee }) => sum + fee, 0),
      created: object.created,
    })),
    ewallet_payments: store.walletPayments.all().map(({ object }) => object),
    ewallet_refunds: store.walletRefunds.all().map(({ object }) => object),
    parcels: store.parcels.all(),
    events: store.events.all().map(({ id, provider, type, object_id, session, created, subscribed, delivered }) => ({
      id,
      provider,
      type,
      object_id,
      session,
      created,
      subscribed,
      delivered,
    })),
    deliveries: store.deliveries.all().map(({ json: _, ...delivery }) => delivery),
  };
}

/** How many rows of each kind there are; cheap enough to ask often. */
export function counts({ store, webhooks }: Simulation) {
  return {
    customers: store.customers.size,
    sessions: store.sessions.size,
    payment_intents: store.intents.size,
    charges: store.charges.size,
    refunds: store.refunds.size,
    disputes: store.disputes.size,
    events: store.events.size,
    deliveries: store.deliveries.size,
    pending_deliveries: webhooks.pending,
  };
}

// Money per currency: what was taken, what was given back, what a bank took back.
function totals({ store }: Simulation) {
  const sums: Record<string, { captured: number; refunded: number; disputed: number }> = {};
  const of = (currency: string) => {
    sums[currency] ??= { captured: 0, refunded: 0, disputed: 0 };
    return sums[currency];
  };
  for (const { object } of store.charges.all()) {
    of(object.currency).captured += object.amount_captured;
    of(object.currency).refunded += object.amount_refunded;
  }
  for (const { object } of store.disputes.all()) of(object.currency).disputed += object.amount;
  return sums;
}
