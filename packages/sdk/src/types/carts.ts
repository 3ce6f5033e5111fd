import type { ErrorCode } from "../error-codes.ts";
import type { AddressSnapshot } from "./people.ts";
import type { Discount, LineDiscount, PriceReason, Tax } from "./pricing.ts";

/** What would refuse an order, as data: the fields of the error that `orders.place` would throw. */
export interface Problem {
  code: ErrorCode;
  status: number;
  message: string;
  hint: string | null;
  /** More about this very refusal, such as the variant. */
  details: string | null;
}

/** A cart as it stands now, priced anew. Amounts are minor units of `currency`. */
export interface Cart {
  /** Null while there is none, and for a guest's cart. */
  id: string | null;
  currency: string;
  /** Until when it is kept if nobody touches it. */
  expires_at: string | null;
  /** Oldest first. */
  lines: CartLine[];
  quote: CartQuote;
  /** Where its goods would go; null when nothing is sent, or there is no address yet. */
  shipping_address: (AddressSnapshot & { id: string }) | null;
  coupon_codes: string[];
  /** What moved since the cart was last answered; each is told once. */
  changes: CartChange[];
  /** What would refuse its order; empty when it can be placed. */
  problems: Problem[];
}

/** One line of a cart. */
export interface CartLine {
  variant_id: string;
  quantity: number;
  /** Null, as the other facts of the catalogue, when it is not on sale any more. */
  product_id: string | null;
  kind: string | null;
  sku: string | null;
  slug: string | null;
  title: string | null;
  image_url: string | null;
  /** The intake whose seat it is; null for goods. */
  intake_id: string | null;
  unit_amount: number | null;
  /** Before sales and tiers. */
  base_unit_amount: number | null;
  /** Why `unit_amount` is what it is. */
  price_reason: PriceReason | null;
  subtotal_amount: number;
  discount_amount: number;
  /** On top of the price. */
  tax_amount: number;
  /** Contained in the price. */
  tax_included_amount: number;
  /** subtotal − discount + tax. */
  total_amount: number;
  discounts: LineDiscount[];
  taxes: Tax[];
  /** What is in a bundle. */
  components: { variant_id: string; kind: string; sku: string; title: string; quantity: number }[];
  added_at: string;
  /** What would refuse this line; null when it is fine. */
  problem: Problem | null;
}

/** What a cart costs. */
export interface CartQuote {
  subtotal_amount: number;
  discount_amount: number;
  tax_amount: number;
  tax_included_amount: number;
  shipping_amount: number;
  /** subtotal − discount + tax + shipping. */
  total_amount: number;
  discounts: Discount[];
  taxes: Tax[];
}

/** Something that moved in a cart while the customer looked away. */
export interface CartChange {
  /** `not_merged`: the cart was full when a guest's cart joined it. */
  code: "price_changed" | "quantity_reduced" | "not_available" | "available_again" | "not_merged";
  variant_id: string;
  title: string | null;
  /** The amount, the quantity or the problem's code before. */
  from: number | string | null;
  /** The same now. */
  to: number | string | null;
}
