import type { AddressSnapshot } from "./people.ts";
import type { Quote, QuoteLine } from "./pricing.ts";
import type { Problem } from "./problems.ts";

/** A cart as it stands now, priced anew. Amounts are minor units of `currency`. */
export interface Cart {
  /** Null while there is none, and for a guest's cart. */
  id: string | null;
  currency: string;
  /** Until when it is kept if nobody touches it; null for a guest's. */
  expires_at: string | null;
  /** Oldest first. */
  lines: CartLine[];
  /** What it costs. */
  quote: Omit<Quote, "currency" | "lines" | "problems">;
  /** Where its goods would go; null when nothing is sent, or there is no address yet. */
  shipping_address: (AddressSnapshot & { id: string }) | null;
  coupon_codes: string[];
  /** What moved since the cart was last answered; each is told once. */
  changes: CartChange[];
  /** What would refuse its order; empty when it can be placed. */
  problems: Problem[];
}

/** One line of a cart. What the catalogue says of it is null when it is not on sale any more, but for the title. */
export interface CartLine extends Omit<QuoteLine, "parent_variant_id"> {
  /** What is in a bundle. */
  components: CartComponent[];
  added_at: string;
}

/** A part of a bundle in a cart; `quantity` is that of all its units together. */
export interface CartComponent {
  variant_id: string;
  kind: string | null;
  sku: string | null;
  title: string | null;
  quantity: number;
  /** As of the line. */
  ships_at: string | null;
}

/** Something that moved in a cart while the customer looked away. */
export interface CartChange {
  /**
   * `quantity_reduced`: less is left, or a guest's cart and the one it joined are more than a cart takes. `not_available`: there is a problem with
   * its line, or no line any more, since a guest chose what is not there now. `not_merged`: no room for it when a guest's cart joined.
   */
  code: "price_changed" | "quantity_reduced" | "not_available" | "available_again" | "not_merged";
  variant_id: string;
  title: string | null;
  /** The amount, the quantity or the problem's code before. */
  from: number | string | null;
  /** The same now. */
  to: number | string | null;
}
