import type { PriceReasonKind, PromotionKind } from "../vocabularies.ts";
import type { Problem } from "./problems.ts";
import type { QuoteShipping } from "./shipping.ts";
import type { Tax } from "./taxes.ts";

/** Why a unit costs what it costs. */
export interface PriceReason {
  /** `base`: the catalogue's price; `sale`: a list for everybody; `tier`: from a quantity on; `group`: for a group of customers; `agreed`: by staff. */
  kind: PriceReasonKind;
  /** The list; these four are there unless the base price counts. */
  price_list_id?: string;
  name?: string;
  /** From how many units of it in one order on. */
  min_quantity?: number;
  /** When the list ends; null: no end. */
  until?: string | null;
}

/** From this quantity on a unit costs less. */
export interface PriceTier {
  min_quantity: number;
  amount: number;
  reason: PriceReason;
}

/** What one unit of a variant costs the caller. */
export interface VariantPrice {
  variant_id: string;
  amount: number;
  base_amount: number;
  reason: PriceReason;
  tiers: PriceTier[];
}

/** Prices of several variants, in minor units of `currency`. */
export interface VariantPrices {
  currency: string;
  quantity: number;
  /** In the order in which they were asked for; what is not on sale, or not in this currency, is missing. */
  prices: VariantPrice[];
}

/** What a promotion takes off one line. */
export interface LineDiscount {
  promotion_id: string;
  name: string;
  /** The code that opened it; null when it applies by itself. */
  code: string | null;
  amount: number;
}

/** What a promotion takes off the whole. */
export interface Discount extends LineDiscount {
  coupon_id: string | null;
  /** What `free_shipping` takes off is `discount_amount` of `shipping`, not of the lines. */
  kind: PromotionKind;
}

/** One line of a quote. Amounts are minor units of the quote's currency. */
export interface QuoteLine {
  variant_id: string;
  /** The bundle this is a component of. */
  parent_variant_id: string | null;
  /** These are null when the thing is not on sale. */
  product_id: string | null;
  kind: string | null;
  sku: string | null;
  title: string | null;
  slug: string | null;
  /** Of the product, below the API's address unless it is a whole one. */
  image_url: string | null;
  intake_id: string | null;
  quantity: number;
  /** Null when it has no price in this currency. */
  unit_amount: number | null;
  base_unit_amount: number | null;
  price_reason: PriceReason | null;
  /** unit × quantity. */
  subtotal_amount: number;
  discount_amount: number;
  /** Tax on top. */
  tax_amount: number;
  /** Tax in the price. */
  tax_included_amount: number;
  /** subtotal − discount + tax. */
  total_amount: number;
  discounts: LineDiscount[];
  taxes: Tax[];
  /** A preorder: when the units ship that are not there yet; else null. */
  ships_at: string | null;
  problem: Problem | null;
}

/** What an order would cost at this moment. */
export interface Quote {
  currency: string;
  lines: QuoteLine[];
  subtotal_amount: number;
  discount_amount: number;
  tax_amount: number;
  tax_included_amount: number;
  /** What is left of the price of shipping after free shipping. */
  shipping_amount: number;
  /** subtotal − discount + tax + shipping. */
  total_amount: number;
  /** How its goods are sent, with every offer; null when nothing is sent, or sending is free in this shop. */
  shipping: QuoteShipping | null;
  discounts: Discount[];
  taxes: Tax[];
  /** Empty: an order would be accepted, if nobody takes the last unit meanwhile. */
  problems: Problem[];
}

/** Why a line of an order cost what it cost; empty: the base price, no discount, no tax. */
export interface LinePricing {
  base_unit_amount?: number;
  price_reason?: PriceReason;
  discounts?: LineDiscount[];
  taxes?: Tax[];
}

/** Codes that were made. */
export interface GeneratedCoupons {
  promotion_id: string;
  codes: string[];
}

/** A currency of the shop. */
export interface Currency {
  /** ISO 4217. */
  code: string;
  name: string;
  /** How many digits an amount has after the point. */
  minor_units: number;
  /** Since when nothing new is ordered in it; null: it is sold in. */
  retired_at: string | null;
}
