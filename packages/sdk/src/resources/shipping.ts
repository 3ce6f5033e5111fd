import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import type { ShippingMethod, ShippingOffers } from "../types/shipping.ts";

/** Shipping: how goods can be sent, and what that costs. Choose a method by `cart.setShippingMethod` or when the order is placed. */
export class Shipping {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Every method that delivers lines or a cart to a place, with price, tax, days and why. Changes nothing. Errors: `invalid_lines`,
   * `invalid_place`, `address_not_found`, `cart_not_found` and others of docs/errors.md.
   */
  offers(params: ShippingOffersParams, options?: CallOptions): Promise<ShippingOffers> {
    return this.#api.askInBody("shipping_offers", { ...params }, options);
  }

  /** The methods that the shop offers, wherever they deliver. */
  methods(options?: CallOptions): Promise<ShippingMethod[]> {
    const select = "id,name,carrier,min_days,max_days,tax_category,position,translations,archived_at";
    return this.#api.rows("shipping_methods", { select, archived_at: "is.null", order: "position,name" }, options);
  }
}

/** What {@link Shipping.offers} takes: either lines or a cart. */
export interface ShippingOffersParams {
  lines?: { variant_id: string; quantity: number }[];
  cart_id?: string;
  /** One of the caller's; else the place below, else the cart's, else the shop's country. */
  address_id?: string;
  /** ISO 4217; the cart's or the shop's when left out. */
  currency?: string;
  /** ISO 3166-1. */
  country?: string;
  province?: string;
  postal_code?: string;
  /** The cart's, else the cheapest, when left out. */
  shipping_method_id?: string;
}
