import type { Api } from "../api.ts";
import type { ChangeOptions } from "../http.ts";
import type { Order, Payment } from "../types.ts";

/** Checkout: from a pending order to the page where it is paid. */
export class Checkout {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Opens the provider's page for a pending order, or gives the one that is open already, so asking twice is safe. The way back from that
   * page proves nothing: read the order until it is `paid`. Errors: docs/errors.md, Orders and Functions.
   */
  start(params: StartPageParams, options?: ChangeOptions): Promise<StartedCheckout> {
    return this.#api.invoke("checkout", { ...params }, options);
  }

  /**
   * Opens an intent for a page of your own with Stripe's fields (Elements): pass `client_secret` to Stripe.js and confirm there. Asking twice
   * answers the same intent. What Stripe.js says proves nothing: read the order until it is `paid`. Errors: as {@link Checkout.start}.
   */
  createIntent(params: StartCheckoutParams, options?: ChangeOptions): Promise<StartedIntent> {
    return this.#api.invoke("create-payment-intent", { ...params }, options);
  }
}

/** What {@link Checkout.start} answers. */
export interface StartedCheckout {
  order: Order;
  /** The open attempt; `url` is where to send the buyer. */
  payment: Payment & { url: string };
}

/** What {@link Checkout.createIntent} answers. */
export interface StartedIntent {
  order: Order;
  payment: Payment;
  intent_id: string;
  /** For Stripe.js in the buyer's browser; it can pay this intent and nothing else. */
  client_secret: string;
}

/** What {@link Checkout.start} takes. */
export interface StartPageParams extends StartCheckoutParams {
  /** Whose page: Stripe's when left out, or an e-wallet's. */
  method?: "checkout" | "ewallet";
}

/** What {@link Checkout.start} and {@link Checkout.createIntent} take. */
export interface StartCheckoutParams {
  order_id: string;
  /** A part of what is due, in minor units; left out: all of it. */
  amount?: number;
  /** Keeps the way it is paid for later, when the page or intent is opened by this call; see `paymentMethods`. */
  save_method?: boolean;
}
