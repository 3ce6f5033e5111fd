import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Order, Payment, Refund } from "../types.ts";
import type { OrderStatus } from "../vocabularies.ts";

/** Payments: where an order's money stands, and what staff do with it. Paying itself is under `checkout` and `transfers`. */
export class Payments {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** What was paid of an order, what is due, and what is on its way back. Errors: `order_not_found`. */
  async ofOrder(order_id: string, options?: CallOptions): Promise<OrderPayments> {
    const order = await this.#api.ask<Order>("get_order", { order_id }, options);
    const { id, status, currency, total_amount, due_amount, payments, refunds } = order;
    return { order_id: id, status, currency, total_amount, due_amount, payments, refunds };
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
