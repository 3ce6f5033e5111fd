import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { AccountBalance, OrderMoney, Payout } from "../types/payments.ts";

/** The ledger, for staff with `ledger.read`. */
export class Ledger {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** What each account holds per currency: debit positive, credit negative. Empty for who may not read the ledger. */
  balance(params: LedgerBalanceParams = {}, options?: CallOptions): Promise<AccountBalance[]> {
    return this.#api.ask("ledger_balance", { currency: params.currency, until: params.until }, options);
  }

  /** Every unit that one order moved. Errors: `permission_denied`, `order_not_found`. */
  explainOrder(order_id: string, options?: CallOptions): Promise<OrderMoney> {
    return this.#api.ask("explain_order_money", { order_id }, options);
  }

  /**
   * A provider's money arrived in the shop's bank account; for staff with `payments.review`. Errors: `payout_exceeds_transit`, `payout_recorded`,
   * `invalid_payout`, `invalid_reason`, `permission_denied`.
   */
  recordPayout(params: RecordPayoutParams, options?: ChangeOptions): Promise<Payout> {
    const { amount, currency, reference, fee_amount = 0, provider = "stripe" } = params;
    return this.#api.perform("record_payout", { amount, currency, reference, fee_amount, provider }, options);
  }

  /** A payout was written down wrongly: it is booked back. Errors: `payout_not_found`, `payout_not_open`, `invalid_reason`, `permission_denied`. */
  cancelPayout(params: CancelPayoutParams, options?: ChangeOptions): Promise<Payout> {
    const { payout_id, reason } = params;
    return this.#api.perform("cancel_payout", { payout_id, reason }, options);
  }
}

/** What {@link Ledger.balance} takes. */
export interface LedgerBalanceParams {
  /** ISO 4217 code; all when left out. */
  currency?: string;
  /** ISO 8601, not included; all that was posted when left out. */
  until?: string;
}

/** What {@link Ledger.recordPayout} takes. */
export interface RecordPayoutParams {
  /** What arrived, in minor units. */
  amount: number;
  currency: string;
  /** As on the bank statement; each once. */
  reference: string;
  /** What the provider kept, in minor units; 0 when left out. */
  fee_amount?: number;
  /** `stripe` when left out. */
  provider?: Payout["provider"];
}

/** What {@link Ledger.cancelPayout} takes. */
export interface CancelPayoutParams {
  payout_id: string;
  /** At most 500 characters. */
  reason: string;
}
