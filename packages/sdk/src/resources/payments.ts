import type { Api } from "../api.ts";
import { backoffMs, pause } from "../backoff.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { GiftCard, GiftCardBalance, GiftCardPurchase, StoreCredit } from "../types/payments.ts";
import type { Order, Payment, Refund } from "../types.ts";
import type { OrderStatus } from "../vocabularies.ts";
import type { StartCheckoutParams } from "./checkout.ts";

const purchaseColumns =
  "id,order_item_id,status,recipient_email,recipient_name,message,deliver_at,announced_at,created_at";

/** Payments: where an order's money stands, and what staff do with it. Paying itself is under `checkout` and `transfers`. */
export class Payments {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * What was paid of an order, what is due, and what is on its way back: what a page asks while it waits for the money.
   * Errors: `order_not_found`.
   */
  ofOrder(order_id: string, options?: CallOptions): Promise<OrderPayments> {
    return this.#api.ask("order_payments", { order_id }, options);
  }

  /**
   * Waits for an order's money, for the page that a buyer comes back to: asks at once and then each time a little later, until the order is no
   * longer `pending`. After `timeoutMs` (default 30 000) it answers how things stand then, still `pending`: a transfer takes days.
   * Errors: `order_not_found`.
   */
  async settled(order_id: string, options: CallOptions = {}): Promise<OrderPayments> {
    const { signal = new AbortController().signal, timeoutMs = 30_000 } = options;
    const deadline = Date.now() + timeoutMs;
    for (let attempt = 0; ; attempt += 1) {
      const now = await this.ofOrder(order_id, { signal });
      const waitMs = backoffMs(attempt);
      if (now.status !== "pending" || Date.now() + waitMs >= deadline) return now;
      await pause(waitMs, signal);
    }
  }

  /**
   * Takes an authorised payment, or a part of it, for staff with `payments.review`. The provider is asked afterwards: read the order until it is
   * `paid`. Errors: `payment_not_found`, `payment_not_authorized`, `capture_in_progress`, `invalid_payment_amount`, `permission_denied`.
   */
  capture(params: CapturePaymentParams, options?: ChangeOptions): Promise<Payment> {
    const { payment_id, amount = null } = params;
    return this.#api.perform("capture_payment", { payment_id, amount }, options);
  }

  /**
   * Lets an authorised payment go, for staff with `payments.review`; nothing is charged. Errors: `payment_not_found`, `payment_not_authorized`,
   * `capture_in_progress`, `invalid_reason`, `permission_denied`.
   */
  void(params: VoidPaymentParams, options?: ChangeOptions): Promise<Payment> {
    const { payment_id, reason } = params;
    return this.#api.perform("void_payment", { payment_id, reason }, options);
  }

  /**
   * Records money that came in cash or otherwise, for staff with `payments.review`; the order is paid when nothing is due any more. Errors:
   * `order_not_payable`, `amount_exceeds_due`, `payment_in_progress`, `invalid_payment_amount`, `invalid_reason`, `permission_denied`.
   */
  record(params: RecordPaymentParams, options?: ChangeOptions): Promise<PaidOrder> {
    const { order_id, method, amount = null, reference } = params;
    return this.#api.perform("record_payment", { order_id, method, amount, reference }, options);
  }

  /** The caller's own store credit, one entry per currency. */
  myCredit(options?: CallOptions): Promise<StoreCredit[]> {
    return this.#api.ask("my_store_credit", {}, options);
  }

  /**
   * Pays an order, or a part of it, with the caller's store credit, at once; without `amount` as much as there is and is due. Errors:
   * `store_credit_insufficient`, `order_not_payable`, `order_expired`, `payment_in_progress`, `amount_exceeds_due`, `order_not_found`.
   */
  payWithCredit(params: StartCheckoutParams, options?: ChangeOptions): Promise<PaidOrder & { balance_amount: number }> {
    const { order_id, amount = null } = params;
    return this.#api.perform("pay_with_store_credit", { order_id, amount }, options);
  }

  /**
   * Gives a person store credit, or takes it back (an `amount` below 0), for staff with `payments.refund`. Errors: `profile_not_found`,
   * `currency_not_supported`, `invalid_payment_amount`, `store_credit_insufficient`, `invalid_reason`, `permission_denied`.
   */
  grantCredit(params: GrantCreditParams, options?: ChangeOptions): Promise<StoreCredit & { person_id: string }> {
    const { person_id, amount, currency, reason } = params;
    return this.#api.perform("grant_store_credit", { person_id, amount, currency, reason }, options);
  }

  /**
   * Makes a gift card, for staff with `payments.refund`. Its `code` is in this answer and nowhere else. Errors: `currency_not_supported`,
   * `invalid_payment_amount`, `invalid_gift_card`, `invalid_reason`, `permission_denied`.
   */
  issueGiftCard(params: IssueGiftCardParams, options?: ChangeOptions): Promise<GiftCard> {
    return this.#api.perform("issue_gift_card", { ...params }, options);
  }

  /**
   * Gives a card whose code was lost another one, for staff with `payments.refund`; one that ended with its sale works again for what came back to it.
   * Errors: `gift_card_not_found`, `invalid_reason`.
   */
  renewGiftCard(params: { gift_card_id: string; reason: string }, options?: ChangeOptions): Promise<GiftCard> {
    const { gift_card_id, reason } = params;
    return this.#api.perform("renew_gift_card_code", { gift_card_id, reason }, options);
  }

  /**
   * Buys gift cards, one per recipient; answers the order, pending. Once it is paid the code of each is mailed to its recipient. Errors:
   * `invalid_gift`, `invalid_email`, and those of `orders.place`.
   */
  orderGiftCards(params: OrderGiftCardsParams, options?: ChangeOptions): Promise<Order> {
    const { gift_cards, currency = null } = params;
    const lines = gift_cards.map(({ variant_id, ...gift }) => ({ variant_id, gift }));
    return this.#api.perform("order_gift_cards", { lines, currency }, options);
  }

  /** The gift cards that the caller bought, newest first. */
  giftCardPurchases(options?: CallOptions): Promise<GiftCardPurchase[]> {
    return this.#api.rows("gift_card_purchases", { select: purchaseColumns, order: "created_at.desc,id" }, options);
  }

  /**
   * Corrects to whom a card goes of which nothing was spent; a new code is mailed and the one before is worth nothing. Errors:
   * `gift_card_not_found`, `gift_card_spent`, `gift_card_frozen`, `invalid_gift`, `invalid_email`.
   */
  changeGiftCardPurchase(params: ChangeGiftCardPurchaseParams, options?: ChangeOptions): Promise<GiftCardPurchase> {
    return this.#api.perform("change_gift_card_purchase", { ...params }, options);
  }

  /** What is left on the card of this code. Errors: `gift_card_not_found`, `too_many_coupon_guesses`. */
  giftCardBalance(code: string, options?: CallOptions): Promise<GiftCardBalance> {
    return this.#api.askInBody("gift_card_balance", { code }, options);
  }

  /**
   * Pays an order, or a part of it, with a gift card, at once; without `amount` as much as is on it and due. Errors: `gift_card_not_found`,
   * `gift_card_expired`, `gift_card_wrong_currency`, `gift_card_insufficient`, `too_many_coupon_guesses`, and those of {@link Payments.payWithCredit}.
   */
  payWithGiftCard(
    params: PayWithGiftCardParams,
    options?: ChangeOptions,
  ): Promise<PaidOrder & { balance_amount: number }> {
    const { order_id, code, amount = null } = params;
    return this.#api.perform("pay_with_gift_card", { order_id, code, amount }, options);
  }

  /** Turns what is left on a card into the caller's store credit. Errors: as {@link Payments.payWithGiftCard}. */
  redeemGiftCard(code: string, options?: ChangeOptions): Promise<StoreCredit & { redeemed_amount: number }> {
    return this.#api.perform("redeem_gift_card", { code }, options);
  }
}

/** What {@link Payments.issueGiftCard} takes. */
export interface IssueGiftCardParams {
  /** Minor units. */
  amount: number;
  currency: string;
  /** Kept in the history; at most 500 characters. */
  reason: string;
  /** Never when left out. */
  expires_at?: string;
  recipient_name?: string;
  recipient_email?: string;
  message?: string;
  /** How the shop was paid for it; given away when left out. */
  paid_by?: "cash" | "other";
}

/** One card of {@link Payments.orderGiftCards}. */
export interface GiftCardOrderLine {
  /** A variant of a product of kind `gift_card`; the card is worth its price. */
  variant_id: string;
  recipient_email: string;
  recipient_name?: string;
  message?: string;
  /** ISO 8601; as soon as it is paid when left out. */
  deliver_at?: string;
}

/** What {@link Payments.orderGiftCards} takes. */
export interface OrderGiftCardsParams {
  gift_cards: GiftCardOrderLine[];
  currency?: string;
}

/** What {@link Payments.changeGiftCardPurchase} takes; what is left out stays. */
export interface ChangeGiftCardPurchaseParams extends Partial<Omit<GiftCardOrderLine, "variant_id">> {
  purchase_id: string;
}

/** What {@link Payments.payWithGiftCard} takes. */
export interface PayWithGiftCardParams {
  order_id: string;
  /** In any case, with spaces or hyphens. */
  code: string;
  /** Minor units; left out: as much as is on the card and due. */
  amount?: number;
}

/** What paying at once answers. */
export interface PaidOrder {
  order: Order;
  payment: Payment;
}

/** What {@link Payments.record} takes. */
export interface RecordPaymentParams {
  order_id: string;
  method: "cash" | "other";
  /** Minor units; left out: all that is due. */
  amount?: number;
  /** The receipt's number or the like; at most 500 characters. */
  reference: string;
}

/** What {@link Payments.grantCredit} takes. */
export interface GrantCreditParams {
  person_id: string;
  /** Minor units; below 0 takes back. */
  amount: number;
  currency: string;
  /** Kept in the history; at most 500 characters. */
  reason: string;
}

/** What {@link Payments.ofOrder} answers; amounts in minor units of `currency`. */
export interface OrderPayments {
  order_id: string;
  status: OrderStatus;
  currency: string;
  total_amount: number;
  due_amount: number;
  payments: Payment[];
  refunds: Refund[];
}

/** What {@link Payments.capture} takes. */
export interface CapturePaymentParams {
  payment_id: string;
  /** Minor units; left out: all that is authorised. What is not taken is let go, and stays due. */
  amount?: number;
}

/** What {@link Payments.void} takes. */
export interface VoidPaymentParams {
  payment_id: string;
  /** Kept in the history; at most 500 characters. */
  reason: string;
}
