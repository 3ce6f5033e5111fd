import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import type { ProductCard } from "../types/catalog.ts";
import type { ProductKind } from "../vocabularies.ts";
import type { LocaleParams } from "./catalog.ts";

/** Recommendations: products that can be bought now, counted from what people bought lately. Refreshed every quarter of an hour. */
export class Recommendations {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * What most people bought lately, then the newest. Needs no sign-in. Errors: `category_not_found`, `currency_not_supported`.
   */
  async popular(params: PopularProductsParams = {}, options?: CallOptions): Promise<ProductCard[]> {
    const { kind, category } = params;
    return this.#ask("popular_products", { kind, category, ...common(params) }, options);
  }

  /**
   * What goes with a product: bought by the same people, then what is like it, then popular in its category. Needs no sign-in. Errors:
   * `product_not_found`, `currency_not_supported`.
   */
  async similar(product_id: string, params: RecommendationsParams = {}, options?: CallOptions): Promise<ProductCard[]> {
    return this.#ask("similar_products", { product_id, ...common(params) }, options);
  }

  /**
   * What suits the caller by what they bought and have in the cart, then what is popular; nothing that they have. Errors:
   * `sign_in_required`, `currency_not_supported`.
   */
  async forMe(params: RecommendedProductsParams = {}, options?: CallOptions): Promise<ProductCard[]> {
    return this.#ask("recommended_products", { kind: params.kind, ...common(params) }, options);
  }

  async #ask(name: string, params: Record<string, string | undefined>, options?: CallOptions): Promise<ProductCard[]> {
    return (await this.#api.ask<{ data: ProductCard[] }>(name, params, options)).data;
  }
}

/** What every recommendation takes. */
export interface RecommendationsParams extends LocaleParams {
  /** ISO 4217 code; the shop's own when left out. */
  currency?: string;
  /** 1 to 50 products; 12 when left out. */
  limit?: number;
}

/** What {@link Recommendations.forMe} takes. */
export interface RecommendedProductsParams extends RecommendationsParams {
  kind?: ProductKind;
}

/** What {@link Recommendations.popular} takes. */
export interface PopularProductsParams extends RecommendedProductsParams {
  /** Slug of a category: its products and those below it. */
  category?: string;
}

const common = ({ locale, currency, limit }: RecommendationsParams) => ({
  locale,
  currency,
  max_rows: limit === undefined ? undefined : String(limit),
});
