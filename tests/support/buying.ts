import { randomUUID } from "node:crypto";
import type { Order } from "../../packages/sdk/src/index.ts";
import type { Pool, Sql } from "./database.ts";
import { asCustomer, asOwner, asService } from "./people.ts";

/** What a buyer wants, as `place_order` takes it. */
export type Line = { variant_id: string; quantity: number };

/** What may accompany a purchase. */
export type PurchaseOptions = { currency?: string; key?: string };

/**
 * Runs `work` as this customer, as one request of the API does: in a transaction of its own on a pool, in the open one of `rolledBack`
 * otherwise, which afterwards acts as the owner again.
 */
export async function as<T>(sql: Sql, customer: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ("begin" in sql) {
    return (sql as Pool).begin(async (transaction) => {
      await asCustomer(transaction, customer);
      return work(transaction);
    }) as Promise<T>;
  }
  await asCustomer(sql, customer);
  const result = await work(sql);
  await asOwner(sql);
  return result;
}

/** Places an order. The lines may be anything, so that a test can send what no client would. */
export function placeOrder(sql: Sql, customer: string, lines: unknown, options: PurchaseOptions = {}): Promise<Order> {
  return as(sql, customer, async (tx) => {
    const [row] = await tx`select public.place_order(lines => ${JSON.stringify(lines)}::text::jsonb,
      currency => ${options.currency ?? null}, idempotency_key => ${options.key ?? null}) as answer`;
    return row?.answer;
  });
}

/** Orders one unit of each variant. */
export function orderOne(sql: Sql, customer: string, ...variants: string[]): Promise<Order> {
  return placeOrder(
    sql,
    customer,
    variants.map((variant_id) => ({ variant_id, quantity: 1 })),
  );
}

/** What `enroll` answers. */
export type Enrolled = { enrollment: { id: string; intake_id: string; status: string }; order: Order };

/** Takes a free seat. */
export function enroll(sql: Sql, learner: string, intakeId: string, key: string | null = null): Promise<Enrolled> {
  return as(sql, learner, async (tx) => {
    const [row] = await tx`select public.enroll(${intakeId}, ${key}) as answer`;
    return row?.answer;
  });
}

/** Cancels an order as this person. */
export function cancelOrder(
  sql: Sql,
  person: string,
  orderId: string,
  options: { reason?: string; key?: string } = {},
): Promise<Order> {
  return as(sql, person, async (tx) => {
    const [row] =
      await tx`select public.cancel_order(${orderId}, ${options.reason ?? null}, ${options.key ?? null}) as answer`;
    return row?.answer;
  });
}

/** Reads an order as this person. */
export function getOrder(sql: Sql, person: string, orderId: string): Promise<Order> {
  return as(sql, person, async (tx) => (await tx`select public.get_order(${orderId}) as answer`)[0]?.answer);
}

/** An open attempt to pay, with a page of the provider attached. */
export type OpenedPayment = { id: string; order_id: string; amount: number; currency: string; session: string };

/** Opens the payment of an order and attaches a session to it, as the function checkout does. */
export async function openPayment(sql: Sql, customer: string, orderId: string): Promise<OpenedPayment> {
  const started = await as(sql, customer, async (tx) => {
    const [row] = await tx`select public.start_payment(${orderId}) as answer`;
    return row?.answer as { payment: Omit<OpenedPayment, "session"> };
  });
  const session = `cs_${randomUUID()}`;
  await asSecretKey(
    sql,
    (tx) =>
      tx`select public.attach_payment_session(${started.payment.id}, ${session}, 'http://127.0.0.1/pay', now() + interval '30 minutes')`,
  );
  return { ...started.payment, session };
}

/** Tells the database that the provider took the money, as the webhook does; gives the outcome. */
export async function confirmPayment(sql: Sql, payment: OpenedPayment): Promise<string> {
  const object = {
    id: payment.session,
    object: "checkout.session",
    client_reference_id: payment.order_id,
    metadata: { order_id: payment.order_id, payment_id: payment.id },
    payment_status: "paid",
    status: "complete",
    amount_total: payment.amount,
    currency: payment.currency.toLowerCase(),
    payment_intent: `pi_${randomUUID()}`,
  };
  const event = { id: `evt_${randomUUID()}`, type: "checkout.session.completed", data: { object } };
  return asSecretKey(sql, async (tx) => {
    const [row] = await tx`
      select public.receive_provider_event('stripe', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb) as answer`;
    return row?.answer.outcome;
  });
}

/** Pays an order from start to end. */
export async function payOrder(sql: Sql, customer: string, orderId: string): Promise<string> {
  return confirmPayment(sql, await openPayment(sql, customer, orderId));
}

/** Moves the end of an order's hold into the past. Nothing releases it yet: that is up to whoever comes next. */
export async function endHold(sql: Sql, orderId: string): Promise<void> {
  await sql`update public.orders set expires_at = now() - interval '1 second' where id = ${orderId}`;
  await sql`update public.reservations set expires_at = now() - interval '1 second' where holder_id = ${orderId} and status = 'held'`;
  await sql`update public.promotion_redemptions set expires_at = now() - interval '1 second' where order_id = ${orderId} and expires_at is not null`;
}

async function asSecretKey<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ("begin" in sql) {
    return (sql as Pool).begin(async (transaction) => {
      await asService(transaction);
      return work(transaction);
    }) as Promise<T>;
  }
  await asService(sql);
  const result = await work(sql);
  await asOwner(sql);
  return result;
}
