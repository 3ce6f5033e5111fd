import type { GiftCard, GiftCardBalance } from "../../packages/sdk/src/index.ts";
import type { Sql } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import type { PaidAtOnce } from "./credit.ts";
import type { OpenOrder } from "./sale.ts";

/** Issues a gift card as the secret key; its code is in the answer. */
export function issue(
  sql: Sql,
  amount: number | string,
  wish: { currency?: string; expires?: string | null; paidBy?: string | null; key?: string | null } = {},
): Promise<GiftCard> {
  const { currency = "IDR", expires = null, paidBy = null, key = null } = wish;
  return actingAs(sql, "service", async (tx) => {
    const [row] =
      await tx`select public.issue_gift_card(${amount}, ${currency}, 'a test gives it', now() + ${expires}::interval,
      paid_by => ${paidBy}, idempotency_key => ${key}) as card`;
    return row?.card;
  });
}

/** What is left on a card, asked as a person; or a refusal. */
export function balanceOf(sql: Sql, personId: string, code: string): Promise<GiftCardBalance & { code?: string }> {
  return actingAs(sql, personId, async (tx) => {
    const [row] = await tx`select public.gift_card_balance(${code}) as answer`;
    return row?.answer;
  });
}

/** Pays an order with a card. A wrong code is answered, not thrown. */
export function payWithCard(
  sql: Sql,
  order: OpenOrder,
  code: string | null,
  amount: number | null = null,
  key: string | null = null,
): Promise<PaidAtOnce & { code?: string }> {
  return actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.pay_with_gift_card(${order.orderId}, ${code}, ${amount}, ${key}) as answer`;
    return row?.answer;
  });
}

/** Redeems a card into a person's store credit. */
export function redeem(sql: Sql, personId: string, code: string, key: string | null = null) {
  return actingAs(sql, personId, async (tx) => {
    const [row] = await tx`select public.redeem_gift_card(${code}, ${key}) as answer`;
    return row?.answer as { redeemed_amount: number; balance_amount: number; code?: string };
  });
}
