import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import { eachRow, type PageParams, pageSize } from "../page.ts";
import type { FoundProduct, ProductPage, Suggestion } from "../types/catalog-search.ts";
import type { ProductKind } from "../vocabularies.ts";

/** Finding products: by words and filters, and while somebody types. */
export class CatalogSearch {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * A page of the products that fit, with counts beside each filter on the first page. Needs no sign-in. Errors: `invalid_search`,
   * `invalid_cursor`, `currency_not_supported`, `permission_denied` (the filter `status`).
   */
  search(params: SearchProductsParams = {}, options?: CallOptions): Promise<ProductPage> {
    const { q, filters, sort, currency, locale, cursor, facets } = params;
    const args = {
      q,
      filters: filters && JSON.stringify(filters),
      sort,
      currency,
      locale,
      cursor: cursor ?? undefined,
      max_rows: String(pageSize(params)),
      with_facets: facets === false ? "false" : undefined,
    };
    return this.#api.ask("search_products", args, options);
  }

  /** Every product that {@link CatalogSearch.search} would page through. */
  iterateSearch(
    params: Omit<SearchProductsParams, "cursor" | "facets"> = {},
    options?: CallOptions,
  ): AsyncGenerator<FoundProduct, void> {
    return eachRow((cursor) => this.search({ ...params, cursor, facets: false }, options));
  }

  /** At most ten products and categories for the letters typed so far. Errors: `invalid_search`. */
  suggest(params: SuggestProductsParams, options?: CallOptions): Promise<Suggestion[]> {
    const { q, locale, limit } = params;
    return this.#api.ask("suggest_products", { q, locale, max_rows: limit?.toString() }, options);
  }
}

/** What {@link CatalogSearch.search} takes. */
export interface SearchProductsParams extends PageParams {
  /** Words of title, tags, SKU, summary or description. */
  q?: string;
  filters?: ProductFilters;
  /** `relevance` when there are words, else `newest`. */
  sort?: "relevance" | "newest" | "price_asc" | "price_desc" | "title";
  /** Of prices shown, filtered and sorted by; the shop's own when left out. */
  currency?: string;
  locale?: string;
  /** False leaves out total and facets, which take longer than the page when much is found. */
  facets?: boolean;
}

/** What products must have; what is left out does not matter. */
export interface ProductFilters {
  kind?: ProductKind | ProductKind[];
  /** Id or slug; with everything below it. */
  category?: string;
  /** Any of them. */
  tags?: string | string[];
  in_stock?: boolean;
  /** The lowest base price, in minor units. */
  price?: { min?: number; max?: number };
  /** By attribute key: a value, any of a list, or a range. */
  attributes?: Record<
    string,
    string | number | boolean | (string | number | boolean)[] | { min?: number; max?: number }
  >;
  /** For staff with `catalog.read`. */
  status?: string | string[];
}

/** What {@link CatalogSearch.suggest} takes. */
export interface SuggestProductsParams {
  q: string;
  locale?: string;
  /** 1 to 10. */
  limit?: number;
}
