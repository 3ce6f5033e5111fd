import type { Problem } from "./problems.ts";
import type { Tax } from "./taxes.ts";

/** A way of sending parcels, as an order keeps it. */
export interface ShippingChoice {
  method_id: string;
  name: string;
  /** Empty when the shop names none. */
  carrier: string;
  /** Days until it arrives, at least. */
  min_days: number;
  max_days: number;
}

/** A way of sending parcels that is offered. Staff with `shipping.manage` write these, zones and rates through `client.supabase`. */
export interface ShippingMethod {
  id: string;
  name: string;
  carrier: string;
  min_days: number;
  max_days: number;
  tax_category: string;
  position: number;
  /** `{en: {name}}`. */
  translations: Record<string, { name?: string }>;
  /** Set: it is offered no more. */
  archived_at: string | null;
}

/** What one method would cost. Amounts are minor units of the quote's currency. */
export interface ShippingOffer extends ShippingChoice {
  translations: Record<string, { name?: string }>;
  /** What the rate says. */
  rate_amount: number;
  /** The worth of an order from which the rate costs nothing; null: none does. */
  free_from_amount: number | null;
  /** The same with `free_from_amount` and what goes along already counted in. */
  list_amount: number;
  /** What the free shipping of this quote takes off. */
  discount_amount: number;
  /** list − discount. */
  amount: number;
  /** Tax on top. */
  tax_amount: number;
  /** Tax in the amount. */
  tax_included_amount: number;
  /** amount + tax on top. */
  total_amount: number;
  chosen: boolean;
}

/** How the goods of a quote are sent. Amounts are minor units of the quote's currency. */
export interface QuoteShipping {
  /** The one that is chosen, else the cheapest, of equal ones the quickest; null when nothing delivers: `problems` says why. */
  method: ShippingChoice | null;
  /** The zone of the place; null: nothing is sent there. */
  zone: string | null;
  weight_grams: number;
  /** What the order is worth before discounts: what rates and `free_from_amount` go by. */
  order_amount: number;
  list_amount: number;
  discount_amount: number;
  /** list − discount: what the quote has as `shipping_amount`. */
  amount: number;
  /** These two are part of the quote's own. */
  tax_amount: number;
  tax_included_amount: number;
  taxes: Tax[];
  /** Every method that delivers there, the cheapest first. */
  offers: ShippingOffer[];
}

/** What `shipping.offers` answers. */
export interface ShippingOffers {
  currency: string;
  /** Whether anything among the lines is sent by post. */
  needed: boolean;
  /** Null when nothing is sent, or sending is free in this shop. */
  shipping: QuoteShipping | null;
  /** What `orders.place` would refuse: `shipping_not_available` or `shipping_method_not_available`. */
  problem: Problem | null;
}

/** Why sending an order cost what it cost, as it was. */
export interface ShippingPricing {
  zone: string;
  weight_grams: number;
  order_amount: number;
  rate_amount: number;
  free_from_amount: number | null;
  list_amount: number;
  taxes: Tax[];
}
