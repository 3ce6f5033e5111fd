import type { Order, Payment } from "../../packages/sdk/src/index.ts";
import type { Sql } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import type { OpenOrder } from "./sale.ts";

/** Grants a person store credit as the secret key; gives the balance. */
export function grant(
  sql: Sql,
  personId: string,
  amount: number | string,
  currency = "IDR",
  key: string | null = null,
) {
  return actingAs(sql, "service", async (tx) => {
    const [row] =
      await tx`select public.grant_store_credit(${personId}, ${amount}, ${currency}, 'a test grants it', ${key}) as answer`;
    return row?.answer.balance_amount as number;
  });
}

/** What a person has in IDR, as they see it. */
export function creditOf(sql: Sql, personId: string): Promise<number> {
  return actingAs(sql, personId, async (tx) => {
    const [row] = await tx`select balance_amount from public.my_store_credit() where currency_code = 'IDR'`;
    return row?.balance_amount ?? 0;
  });
}

/** What paying at once answers. */
export type PaidAtOnce = { order: Order; payment: Payment; balance_amount: number };

/** Pays an order with its buyer's store credit. */
export function payWithCredit(
  sql: Sql,
  order: OpenOrder,
  amount: number | null = null,
  key: string | null = null,
): Promise<PaidAtOnce> {
  return actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.pay_with_store_credit(${order.orderId}, ${amount}, ${key}) as answer`;
    return row?.answer;
  });
}

/** Records money that came by hand, as the secret key. */
export function record(
  sql: Sql,
  order: OpenOrder,
  wish: { method?: string; amount?: number | null; reference?: string | null; key?: string | null } = {},
): Promise<PaidAtOnce> {
  const { method = "cash", amount = null, reference = "receipt 17", key = null } = wish;
  return actingAs(sql, "service", async (tx) => {
    const [row] =
      await tx`select public.record_payment(${order.orderId}, ${method}, ${amount}, ${reference}, ${key}) as answer`;
    return row?.answer;
  });
}
