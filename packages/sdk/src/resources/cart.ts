import type { Api } from "../api.ts";
import { SeatlineError } from "../errors.ts";
import type { GuestCart, PendingMerge } from "../guest-cart.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Cart, CartChange } from "../types/carts.ts";

/** The cart: the same calls before and after signing in. A guest's cart is kept on the client and joins the person's at the first call after. */
export class Carts {
  readonly #api: Api;
  readonly #guest: GuestCart;
  /** The id of whoever is signed in; null for a guest. */
  readonly #person: () => Promise<string | null>;
  /** The cart that was answered last, and whose it was: what a button places. */
  #last: { person: string; id: string | null } | null = null;

  constructor(api: Api, guest: GuestCart, person: () => Promise<string | null>) {
    this.#api = api;
    this.#guest = guest;
    this.#person = person;
  }

  /** The whole cart, priced now, with what changed since it was last answered and what would refuse its order. */
  async get(options?: ChangeOptions): Promise<Cart> {
    if ((await this.#person()) === null) return this.#guest.get(options);
    // What a merge answers is the cart already, with the changes that are told once.
    return (await this.merge(options)) ?? this.#perform("get_cart", {}, options);
  }

  /** Puts units of a variant on top of those that are there. Errors: what would refuse the line, `invalid_quantity`, `cart_full`. */
  add(params: AddToCartParams, options?: ChangeOptions): Promise<Cart> {
    const { variant_id, quantity = 1 } = params;
    return this.#act("add_to_cart", { variant_id, quantity }, options, () =>
      this.#guest.add(variant_id, quantity, options),
    );
  }

  /** Sets how many units of a variant are in it. Errors: `cart_item_not_found`, and those of {@link Carts.add}. */
  change(params: ChangeCartItemParams, options?: ChangeOptions): Promise<Cart> {
    const { variant_id, quantity } = params;
    return this.#act("change_cart_item", { variant_id, quantity }, options, () =>
      this.#guest.set(variant_id, quantity, options),
    );
  }

  /** Takes a line out. Errors: `cart_item_not_found`. */
  remove(variant_id: string, options?: ChangeOptions): Promise<Cart> {
    return this.#act("remove_from_cart", { variant_id }, options, () => this.#guest.remove(variant_id, options));
  }

  /** Takes everything out, coupons included. */
  clear(options?: ChangeOptions): Promise<Cart> {
    return this.#act("clear_cart", {}, options, () => this.#guest.clear(options));
  }

  /** Adds a coupon. A guest signs in first. Errors: `coupon_not_found` and others of docs/errors.md, Pricing. */
  applyCoupon(code: string, options?: ChangeOptions): Promise<Cart> {
    return this.#act("apply_coupon", { code }, options);
  }

  /** Takes a coupon off. Errors: `coupon_not_in_cart`. */
  removeCoupon(code: string, options?: ChangeOptions): Promise<Cart> {
    return this.#act("remove_coupon", { code }, options);
  }

  /** Sends its goods to this address of the caller's instead of their default one. Errors: `address_not_found`. */
  setAddress(address_id: string, options?: ChangeOptions): Promise<Cart> {
    return this.#act("set_cart_address", { address_id }, options);
  }

  /** Sends its goods by this method instead of the cheapest that delivers. Errors: `shipping_method_not_found`, `shipping_method_not_available`. */
  setShippingMethod(shipping_method_id: string, options?: ChangeOptions): Promise<Cart> {
    return this.#act("set_shipping_method", { shipping_method_id }, options);
  }

  /** Prices it in another currency. Errors: `currency_not_supported`. */
  setCurrency(currency: string, options?: ChangeOptions): Promise<Cart> {
    return this.#act("set_cart_currency", { currency }, options, () => this.#guest.setCurrency(currency, options));
  }

  /**
   * Joins what was chosen before signing in with the person's cart and answers it; null when there was nothing. Every other call does it by
   * itself. Called again after a lost answer it merges nothing twice.
   */
  async merge(options?: CallOptions): Promise<Cart | null> {
    const person = await this.#person();
    const pending = person === null ? null : await this.#guest.beginMerge(person);
    return pending && this.#merge(pending, options);
  }

  /** The id of the cart to place. Errors: `cart_empty`. */
  async placeable(options?: CallOptions): Promise<string> {
    await this.merge(options);
    const person = await this.#person();
    const id = person !== null && this.#last?.person === person ? this.#last.id : (await this.get(options)).id;
    if (id !== null) return id;
    const refusal = { code: "cart_empty", message: "There is nothing in this cart.", status: 409 } as const;
    throw new SeatlineError({ ...refusal, hint: "Add something first." });
  }

  async #act(
    verb: string,
    args: Record<string, unknown>,
    options?: ChangeOptions,
    asGuest?: () => Promise<Cart>,
  ): Promise<Cart> {
    if (asGuest && (await this.#person()) === null) return asGuest();
    const merged = await this.merge(options);
    const cart = await this.#perform(verb, args, options);
    return merged ? { ...cart, changes: [...merged.changes, ...cart.changes] } : cart;
  }

  async #merge(pending: PendingMerge, options?: CallOptions): Promise<Cart> {
    const cart = await this.#mergedOrRefused(pending, options);
    await this.#guest.merged(pending);
    const titles = pending.titles ?? {};
    return {
      ...cart,
      changes: cart.changes.map((change) => ({ ...change, title: change.title ?? titles[change.variant_id] ?? null })),
    };
  }

  async #mergedOrRefused({ key, lines, currency }: PendingMerge, options?: CallOptions): Promise<Cart> {
    const merge = (currency?: string) =>
      this.#perform("merge_cart", { lines, currency }, { ...options, idempotencyKey: key });
    try {
      return await merge(currency).catch((error) => {
        // The shop stopped selling in it: what was chosen is priced in the currency of the person's cart.
        if (error instanceof SeatlineError && error.code === "currency_not_supported") return merge();
        throw error;
      });
    } catch (error) {
      if (!(error instanceof SeatlineError && [409, 422].includes(error.status))) throw error;
      // Refused for good: what is kept on the client was tampered with, or is of another time. It must not stand in the way for ever.
      const cart = await this.#perform("get_cart", {}, options);
      return { ...cart, changes: [...lines.map(notMerged), ...cart.changes] };
    }
  }

  async #perform(verb: string, args: Record<string, unknown>, options?: ChangeOptions): Promise<Cart> {
    const cart = await this.#api.perform<Cart>(verb, args, options);
    const person = await this.#person();
    if (person !== null) this.#last = { person, id: cart.id };
    return cart;
  }
}

const notMerged = ({ variant_id, quantity }: PendingMerge["lines"][number]): CartChange => ({
  code: "not_merged",
  variant_id,
  title: null,
  from: quantity,
  to: 0,
});

/** What {@link Carts.add} takes. */
export interface AddToCartParams {
  variant_id: string;
  /** 1 when left out. */
  quantity?: number;
}

/** What {@link Carts.change} takes. */
export interface ChangeCartItemParams {
  variant_id: string;
  /** 1 or more; {@link Carts.remove} takes the line out. */
  quantity: number;
}
