import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Currency, GeneratedCoupons, Quote, VariantPrices } from "../types/pricing.ts";

/** Pricing: what things cost and why, before anybody orders. */
export class Pricing {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** What lines or a cart would cost now, computed as an order is. A code of one person needs that person signed in. Errors: docs/errors.md, Pricing and Orders. */
  quote(params: QuoteParams, options?: CallOptions): Promise<Quote> {
    return this.#api.askInBody("quote", { ...params }, options);
  }

  /** What one unit of each variant costs the caller, with the quantities from which it costs less. Errors: `invalid_variants`, `invalid_quantity`, `currency_not_supported`. */
  prices(params: VariantPricesParams, options?: CallOptions): Promise<VariantPrices> {
    const { variant_ids, currency, quantity } = params;
    const query = {
      variant_ids: `{${variant_ids.join(",")}}`,
      currency,
      quantity: quantity === undefined ? undefined : String(quantity),
    };
    return this.#api.ask("variant_prices", query, options);
  }

  /** Staff with `pricing.write`: makes codes that nobody can guess. Errors: `permission_denied`, `promotion_not_found`, `invalid_coupons`. */
  generateCoupons(params: GenerateCouponsParams, options?: ChangeOptions): Promise<GeneratedCoupons> {
    return this.#api.perform("generate_coupons", { ...params }, options);
  }

  /** Staff with `pricing.write`: sells in a currency, or again in one that was retired. Errors: `permission_denied`, `invalid_currency`. */
  addCurrency(params: AddCurrencyParams, options?: ChangeOptions): Promise<Currency> {
    return this.#api.perform("add_currency", { ...params }, options);
  }

  /** Staff with `pricing.write`: nothing new is ordered in it; what was stays. Errors: `permission_denied`, `currency_in_use`, `currency_not_supported`. */
  retireCurrency(code: string, options?: ChangeOptions): Promise<Currency> {
    return this.#api.perform("retire_currency", { code }, options);
  }
}

/** What {@link Pricing.quote} takes: either lines or a cart. */
export interface QuoteParams {
  lines?: { variant_id: string; quantity: number }[];
  cart_id?: string;
  /** ISO 4217; the cart's or the shop's when left out. */
  currency?: string;
  coupon_codes?: string[];
  /** ISO 3166-1; the shop's tax country when left out and no address says otherwise. */
  country?: string;
  province?: string;
  postal_code?: string;
  /** How goods are sent; the cart's method, else the cheapest, when left out. */
  shipping_method_id?: string;
}

/** What {@link Pricing.prices} takes. */
export interface VariantPricesParams {
  /** 1 to 200. */
  variant_ids: string[];
  currency?: string;
  /** 1 when left out. */
  quantity?: number;
}

/** What {@link Pricing.generateCoupons} takes. */
export interface GenerateCouponsParams {
  promotion_id: string;
  /** 1 to 1000. */
  count: number;
  /** Letters and digits before the random part. */
  prefix?: string;
  /** How often each code may be used: 1 when left out, null without end. */
  usage_limit?: number | null;
}

/** What {@link Pricing.addCurrency} takes. */
export interface AddCurrencyParams {
  /** ISO 4217, such as `SGD`. */
  code: string;
  /** 1 to 100 characters. */
  name: string;
}
