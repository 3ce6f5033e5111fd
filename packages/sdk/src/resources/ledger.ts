import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import type { AccountBalance, OrderMoney } from "../types/payments.ts";

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
}

/** What {@link Ledger.balance} takes. */
export interface LedgerBalanceParams {
  /** ISO 4217 code; all when left out. */
  currency?: string;
  /** ISO 8601, not included; all that was posted when left out. */
  until?: string;
}
