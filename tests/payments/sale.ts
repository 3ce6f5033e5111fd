import { randomUUID } from "node:crypto";
import { type BuiltIntake, type IntakeWish, publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";

/** What a sale costs unless a test says otherwise, in minor units of IDR. */
export const PRICE = 15_000_000;

/** An unpaid order for one seat. */
export type OpenOrder = BuiltIntake & { customerId: string; orderId: string; amount: number };

/** An unpaid order with an open payment attempt whose session is attached. */
export type Sale = OpenOrder & { paymentId: string; sessionId: string; intentId: string };

/** Places an order for one seat of an intake (a new one of five seats unless given) and gives what a payment needs to know of it. */
export async function openOrder(
  sql: Sql,
  wish: IntakeWish & { intake?: BuiltIntake; customerId?: string } = {},
): Promise<OpenOrder> {
  const intake = wish.intake ?? (await publishedIntake(sql, { seats: 5, price: PRICE, ...wish }));
  const customerId = wish.customerId ?? (await newCustomer(sql));
  const lines = JSON.stringify([{ variant_id: intake.variantId, quantity: 1 }]);
  const order = await actingAs(sql, customerId, async (tx) => {
    const [row] = await tx`select public.place_order(${lines}::text::jsonb) as placed`;
    return row?.placed as { id: string; total_amount: number };
  });
  return { ...intake, customerId, orderId: order.id, amount: order.total_amount };
}

/** Opens the payment attempt of an order, or finds the open one, as the function checkout does; gives the payment's id. */
export async function startPayment(sql: Sql, order: OpenOrder): Promise<string> {
  return actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_payment(${order.orderId}) as started`;
    return row?.started.payment.id as string;
  });
}

/** Opens a payment attempt and attaches a provider's session to it. */
export async function attempt(sql: Sql, order: OpenOrder): Promise<Sale> {
  const paymentId = await startPayment(sql, order);
  const sessionId = `cs_${randomUUID()}`;
  await actingAs(sql, "service", (tx) => attach(tx, paymentId, sessionId));
  return { ...order, paymentId, sessionId, intentId: `pi_${randomUUID()}` };
}

/** Remembers a session for a payment, as the function checkout does. */
export async function attach(sql: Sql, paymentId: string, sessionId: string, url = "http://pay.test") {
  const [row] = await sql`
    select public.attach_payment_session(${paymentId}, ${sessionId}, ${url}, now() + interval '35 minutes') as payment`;
  return row?.payment as { id: string; status: string; checkout_url: string; amount: number };
}

/** Places an order and opens a payment attempt for it. */
export async function openSale(sql: Sql, wish: Parameters<typeof openOrder>[1] = {}): Promise<Sale> {
  return attempt(sql, await openOrder(sql, wish));
}

/** Cancels an order as a member of staff who may, or as its customer. */
export async function cancel(sql: Sql, sale: OpenOrder, who: "staff" | "customer" = "staff"): Promise<void> {
  await actingAs(sql, who === "staff" ? "service" : sale.customerId, async (tx) => {
    await tx`select public.cancel_order(${sale.orderId}, 'a test cancels it')`;
  });
}

/** Lets the hold of an order end now, on every clock that counts it. */
export async function holdEnds(sql: Sql, sale: OpenOrder): Promise<void> {
  await sql`update public.orders set expires_at = now() - interval '1 second' where id = ${sale.orderId}`;
  await sql`update public.reservations set expires_at = now() - interval '1 second' where holder_id = ${sale.orderId}`;
}

/** Expires what is due, as the worker does. */
export async function expireDue(sql: Sql): Promise<number> {
  const [row] = await sql`select private.expire_due_orders() as expired`;
  return row?.expired as number;
}
