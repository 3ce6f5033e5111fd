import { randomUUID } from "node:crypto";
import type { Payment } from "../../packages/sdk/src/index.ts";
import type { Sql } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { startPart } from "./parts.ts";
import { intentEvent, type ProviderEvent } from "./provider-events.ts";
import { attach, openOrder, type Sale } from "./sale.ts";

/** Lets the shop authorise cards first and charge them later. */
export async function captureByHand(sql: Sql): Promise<void> {
  await sql`update public.settings set value = '"manual"' where key = 'payment_capture'`;
}

/** The provider holds the money of a sale. */
export function held(sale: Sale, amount = sale.amount): ProviderEvent {
  return intentEvent("payment_intent.amount_capturable_updated", sale, {
    status: "requires_capture",
    amount_capturable: amount,
  });
}

/** The provider let the money of a sale go. */
export function letGo(sale: Sale): ProviderEvent {
  return intentEvent("payment_intent.canceled", sale, { status: "canceled" });
}

/** An order with an open intent whose money is captured by hand. */
export async function openManual(sql: Sql, wish: Parameters<typeof openOrder>[1] = {}): Promise<Sale> {
  await captureByHand(sql);
  const order = await openOrder(sql, wish);
  const { payment } = await startPart(sql, order, null, "payment_intent");
  const intentId = `pi_${randomUUID()}`;
  await actingAs(sql, "service", (tx) => attach(tx, payment.id, intentId));
  return { ...order, paymentId: payment.id, sessionId: intentId, intentId };
}

/** An order whose payment the provider authorised. */
export async function authorizedSale(sql: Sql, wish: Parameters<typeof openOrder>[1] = {}): Promise<Sale> {
  const sale = await openManual(sql, wish);
  const outcome = await deliver(sql, held(sale));
  if (outcome !== "applied") throw new Error(`The authorisation of a sale was ${outcome}.`);
  return sale;
}

/** Asks for the capture of a payment as the secret key. */
export function capture(sql: Sql, paymentId: string, amount: number | null = null, key: string | null = null) {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.capture_payment(${paymentId}, ${amount}, ${key}) as payment`;
    return row?.payment as Payment;
  });
}

/** Lets a payment go as the secret key. */
export function letGoByHand(sql: Sql, paymentId: string, reason = "a test lets it go") {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.void_payment(${paymentId}, ${reason}) as payment`;
    return row?.payment as Payment;
  });
}
