import { randomUUID } from "node:crypto";
import type { Sql } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import { attach, type OpenOrder, type Sale } from "./sale.ts";

/** What `start_payment` answers, as far as a part needs it. */
export type StartedPart = {
  order: { id: string; status: string; due_amount: number };
  payment: { id: string; attempt: number; amount: number; due_amount: number; captured_amount: number };
};

/** Starts a payment of this much of an order (all that is due without an amount), as its buyer. */
export async function startPart(
  sql: Sql,
  order: OpenOrder,
  amount: number | string | null = null,
  method = "checkout",
): Promise<StartedPart> {
  return actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_payment(${order.orderId}, ${method}, ${amount}) as started`;
    return row?.started;
  });
}

/** Opens an attempt to pay a part and attaches a provider's session to it. */
export async function openPart(sql: Sql, order: OpenOrder, amount: number | null = null): Promise<Sale> {
  const { payment } = await startPart(sql, order, amount);
  const sessionId = `cs_${randomUUID()}`;
  await actingAs(sql, "service", (tx) => attach(tx, payment.id, sessionId));
  return { ...order, amount: payment.amount, paymentId: payment.id, sessionId, intentId: `pi_${randomUUID()}` };
}

/** What an order still asks for, as its page shows it. */
export async function dueOf(sql: Sql, order: OpenOrder): Promise<number> {
  return actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.get_order(${order.orderId}) as answer`;
    return row?.answer.due_amount;
  });
}

/** What finance is told of an order's money. */
export async function moneyOf(sql: Sql, { orderId }: OpenOrder) {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.explain_order_money(${orderId}) as money`;
    return row?.money as {
      kept_amount: number;
      returning_amount: number;
      owed_amount: number;
      unexplained_amount: number;
      balances: Record<string, number>;
    };
  });
}
