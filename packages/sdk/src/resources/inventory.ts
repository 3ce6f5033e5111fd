import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type {
  Location,
  StockAdjusted,
  StockAtLocation,
  StockBooked,
  StockHold,
  StockReason,
  StockTransferred,
  VariantStockMode,
} from "../types/inventory.ts";
import type { StockLevel } from "../types.ts";
import type { StockMode } from "../vocabularies.ts";

/** Inventory: what is left, for everybody; where it lies and how it comes and goes, for the warehouse and for integrations (`inventory.write`). */
export class Inventory {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Units of these variants. One that is not counted, not visible to the caller, or of which nothing was ever there has no entry: `stock_mode` and
   * `units_available` of `catalog.get` say which.
   */
  levels(variantIds: readonly string[], options?: CallOptions): Promise<StockLevel[]> {
    if (variantIds.length === 0) return Promise.resolve([]);
    return this.#api.rows("stock_levels", { select: "*", variant_id: `in.(${variantIds.join(",")})` }, options);
  }

  /** Units of these variants in each place, in the order they are drawn from. Errors: `permission_denied`. */
  byLocation(variant_ids: readonly string[], options?: CallOptions): Promise<StockAtLocation[]> {
    return this.#api.askInBody("stock_by_location", { variant_ids }, options);
  }

  /**
   * Books units that came or went, all lines or none; what arrives goes to the oldest backorders first. Errors: `permission_denied`, `invalid_lines`,
   * `invalid_quantity`, `invalid_reason`, `invalid_stock_reason`, `variant_not_found`, `seats_follow_the_intake`, `bundle_has_no_stock`, `not_counted`,
   * `location_not_found`, `out_of_stock`.
   */
  adjust(params: AdjustStockParams, options?: ChangeOptions): Promise<StockAdjusted> {
    return this.#api.perform("adjust_stock", { ...params }, options);
  }

  /** Moves free units from one place to another, all lines or none. Errors: as {@link Inventory.adjust}, `invalid_location`. */
  transfer(params: TransferStockParams, options?: ChangeOptions): Promise<StockTransferred> {
    return this.#api.perform("transfer_stock", { ...params }, options);
  }

  /** Holds units for some minutes, all lines or none. Errors: as {@link Inventory.adjust}, `invalid_hold_time`. */
  reserve(params: ReserveStockParams, options?: ChangeOptions): Promise<StockHold> {
    return this.#api.perform("reserve_stock", { ...params }, options);
  }

  /** Ends a hold; its units are free again. Errors: `permission_denied`, `hold_not_found`, `hold_ended`. */
  release(hold_id: string, options?: ChangeOptions): Promise<StockHold> {
    return this.#api.perform("release_stock", { hold_id }, options);
  }

  /** Units of a hold left the house outside the shop. Errors: `permission_denied`, `hold_not_found`, `hold_ended`. */
  deductHold(hold_id: string, options?: ChangeOptions): Promise<StockHold> {
    return this.#api.perform("deduct_stock", { hold_id }, options);
  }

  /** Free units left the house outside the shop, all lines or none. Errors: as {@link Inventory.adjust}. */
  deduct(params: DeductStockParams, options?: ChangeOptions): Promise<StockBooked> {
    return this.#api.perform("deduct_stock", { ...params }, options);
  }

  /** Says how a variant is counted. Errors: `permission_denied`, `invalid_stock_mode`, `variant_not_found`, `stock_mode_in_use`. */
  setMode(params: SetStockModeParams, options?: ChangeOptions): Promise<VariantStockMode> {
    return this.#api.perform("set_stock_mode", { ...params }, options);
  }

  /** Below how many available units an alert is raised; null: never. Errors: `permission_denied`, `variant_not_found`, `invalid_quantity`. */
  setLowStockThreshold(
    params: { variant_id: string; threshold: number | null },
    options?: ChangeOptions,
  ): Promise<{ variant_id: string; threshold: number | null }> {
    return this.#api.perform("set_low_stock_threshold", params, options);
  }

  /** A new place for goods. Errors: `permission_denied`, `invalid_location`, `already_exists`. */
  createLocation(
    params: { code: string; name: string; priority?: number },
    options?: ChangeOptions,
  ): Promise<Location> {
    return this.#api.perform("create_location", params, options);
  }

  /** Renames a place, moves it in the order of drawing, closes it when it is empty, or opens it. Errors: `location_not_found`, `location_in_use`. */
  updateLocation(
    params: { location_id: string; name?: string; priority?: number; active?: boolean },
    options?: ChangeOptions,
  ): Promise<Location> {
    return this.#api.perform("update_location", params, options);
  }
}

/** What {@link Inventory.adjust} takes: a difference, or with reason `count` what was counted, held units included; in the place `main` when none is named. */
export interface AdjustStockParams {
  lines: readonly { variant_id: string; delta?: number; counted?: number; location_id?: string }[];
  reason: StockReason;
  note?: string;
}

/** What {@link Inventory.transfer} takes. */
export interface TransferStockParams {
  lines: readonly { variant_id: string; quantity: number }[];
  from_location_id: string;
  to_location_id: string;
  note?: string;
}

/** What {@link Inventory.reserve} takes. */
export interface ReserveStockParams {
  lines: readonly { variant_id: string; quantity: number }[];
  /** 1 to 10080; the setting `hold_minutes` when left out. */
  minutes?: number;
  note?: string;
}

/** What {@link Inventory.deduct} takes; from the place `main` when none is named. */
export interface DeductStockParams {
  lines: readonly { variant_id: string; quantity: number; location_id?: string }[];
  note?: string;
}

/** What {@link Inventory.setMode} takes. */
export interface SetStockModeParams {
  variant_id: string;
  mode: StockMode;
  /** Modes backorder and preorder. */
  backorder_limit?: number;
  /** Mode preorder. */
  ships_at?: string;
}
