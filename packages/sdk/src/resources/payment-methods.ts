import type { AskPerson } from "../access-token.ts";
import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { SavedMethod } from "../types/payments.ts";
import type { Order } from "../types.ts";

const columns = "id,kind,brand,last4,exp_month,exp_year,default_since,created_at";

/** Ways to pay that the caller keeps with the provider. */
export class PaymentMethods {
  readonly #api: Api;
  readonly #person: AskPerson;

  constructor(api: Api, person: AskPerson) {
    this.#api = api;
    this.#person = person;
  }

  /** All that the caller keeps, the default first. Errors: `sign_in_required`. */
  async list(options?: CallOptions): Promise<SavedMethod[]> {
    const mine = { person_id: `eq.${await this.#person()}`, removed_at: "is.null" };
    const order = "default_since.desc.nullslast,created_at.desc,id.asc";
    return this.#api.rows("payment_methods", { select: columns, ...mine, order }, options);
  }

  /**
   * Begins to save one without paying: pass `client_secret` to Stripe.js and confirm there, then list until it is there. To save one while
   * paying, pass `save_method` to the checkout. Errors: `sign_in_required`, `payment_method_unavailable`, `provider_unavailable`.
   */
  setup(options?: ChangeOptions): Promise<StartedSetup> {
    return this.#api.invoke("setup-payment-method", {}, options);
  }

  /** Makes one the default and answers all. Errors: `payment_method_not_found`. */
  setDefault(payment_method_id: string, options?: ChangeOptions): Promise<SavedMethod[]> {
    return this.#api.perform("set_default_payment_method", { payment_method_id }, options);
  }

  /** Takes one away, here and at the provider, and answers those that are left. Errors: `payment_method_not_found`. */
  remove(payment_method_id: string, options?: ChangeOptions): Promise<SavedMethod[]> {
    return this.#api.perform("remove_payment_method", { payment_method_id }, options);
  }

  /**
   * Charges one (the default unless named) for a pending order and answers the order: read it until it is `paid`, or its payment `failed`.
   * Errors: `payment_method_not_found`, `order_not_payable`, `order_expired`, `payment_in_progress`, `order_not_found`.
   */
  pay(params: PayWithSavedMethodParams, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("pay_with_saved_method", { ...params }, options);
  }
}

/** What {@link PaymentMethods.setup} answers. */
export interface StartedSetup {
  setup_intent_id: string;
  /** For Stripe.js in the person's browser. */
  client_secret: string;
}

/** What {@link PaymentMethods.pay} takes. */
export interface PayWithSavedMethodParams {
  order_id: string;
  payment_method_id?: string;
}
