import { randomUUID } from "node:crypto";
import type { PageWish } from "../../supabase/functions/_shared/payments/provider.ts";
import { PRICE } from "./sale.ts";

/** What a page of one attempt is opened for, without a database. */
export function wishFor(
  ids: { orderId: string; paymentId: string } = { orderId: randomUUID(), paymentId: randomUUID() },
  amount = PRICE,
): PageWish {
  const { orderId, paymentId } = ids;
  const item = { title: "A seat", quantity: 1, unit_amount: amount, total_amount: amount };
  const expires_at = new Date(Date.now() + 35 * 60_000).toISOString();
  const money = { currency: "IDR", total_amount: amount };
  const order = { id: orderId, number: "SL-1", status: "pending", expires_at, items: [item], ...money };
  const payment = {
    id: paymentId,
    order_id: orderId,
    attempt: 1,
    status: "pending",
    amount,
    due_amount: amount,
    currency: "IDR",
    capture_method: "automatic" as const,
    checkout_url: null,
    expires_at: null,
  };
  const started = { order, payment, session_id: null, customer: { email: "sari@example.test", name: "Sari" } };
  return { started, returnTo: "http://shop.test/orders/1", nowSeconds: Math.floor(Date.now() / 1000) };
}
