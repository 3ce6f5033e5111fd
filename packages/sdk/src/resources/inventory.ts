import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import type { StockLevel } from "../types.ts";

/** Inventory: what is left. */
export class Inventory {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Units of these variants. A variant that is not counted, or not visible to the caller, has no entry. */
  levels(variantIds: readonly string[], options?: CallOptions): Promise<StockLevel[]> {
    if (variantIds.length === 0) return Promise.resolve([]);
    return this.#api.rows("stock_levels", { select: "*", variant_id: `in.(${variantIds.join(",")})` }, options);
  }
}
