import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Subscription, SubscriptionEnrollment, SubscriptionOffer } from "../types/subscriptions.ts";

/** Access to a part of the catalogue by the month or year. */
export class Subscriptions {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The plans that can be subscribed to. */
  offers(options?: CallOptions): Promise<SubscriptionOffer[]> {
    return this.#api.ask("subscription_offers", {}, options);
  }

  /**
   * Begins to subscribe and gives the provider's page for the first period, or the one that is open already. The way back from it proves
   * nothing: list until it is `active`. Errors: `plan_not_found`, `already_subscribed`, `price_missing`, `provider_unavailable`.
   */
  start(params: StartSubscriptionParams, options?: ChangeOptions): Promise<StartedSubscription> {
    return this.#api.invoke("start-subscription", { ...params }, options);
  }

  /** The caller's subscriptions, newest first. Errors: `sign_in_required`. */
  mine(options?: CallOptions): Promise<Subscription[]> {
    return this.#api.ask("my_subscriptions", {}, options);
  }

  /** Ends one with its period, or at once. Errors: `subscription_not_found`, `subscription_ended`. */
  cancel(params: CancelSubscriptionParams, options?: ChangeOptions): Promise<Subscription> {
    return this.#api.perform("cancel_subscription", { ...params }, options);
  }

  /** Lets one that was to end with its period go on. Errors: `subscription_not_found`, `subscription_ended`. */
  resume(subscription_id: string, options?: ChangeOptions): Promise<Subscription> {
    return this.#api.perform("resume_subscription", { subscription_id }, options);
  }

  /** Pays one by another saved method from now on, and a renewal that failed at once. Errors: `payment_method_not_found`, `subscription_not_found`. */
  setMethod(params: SetSubscriptionMethodParams, options?: ChangeOptions): Promise<Subscription> {
    return this.#api.perform("set_subscription_method", { ...params }, options);
  }

  /** Opens a self-paced intake of a course that is in one's subscription. Errors: `not_in_subscription`, `already_enrolled`, `intake_not_found`, `intake_closed`. */
  enroll(intake_id: string, options?: ChangeOptions): Promise<SubscriptionEnrollment> {
    return this.#api.perform("enroll_by_subscription", { intake_id }, options);
  }
}

/** What {@link Subscriptions.start} takes. */
export interface StartSubscriptionParams {
  plan_id: string;
  /** ISO 4217 code; the shop's own when left out. */
  currency?: string;
}

/** What {@link Subscriptions.start} answers. */
export interface StartedSubscription {
  subscription: Subscription;
  url: string;
}

/** What {@link Subscriptions.cancel} takes. */
export interface CancelSubscriptionParams {
  subscription_id: string;
  /** True when left out. */
  at_period_end?: boolean;
}

/** What {@link Subscriptions.setMethod} takes. */
export interface SetSubscriptionMethodParams {
  subscription_id: string;
  payment_method_id: string;
}
