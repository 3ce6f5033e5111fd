import type { Api } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { orderBy, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { type Page, type PageParams, pageSize, toPage } from "../page.ts";
import type {
  AdjustmentLine,
  PlacedStock,
  StockAdjustment,
  StockChange,
  StockHold,
  StockLevel,
  StockLocation,
  StockModeSetting,
  StockMovement,
} from "../types/inventory.ts";
import type { AdjustmentReason, StockMode } from "../vocabularies.ts";

const newestFirst: readonly SortColumn[] = [{ column: "id", direction: "desc" }];
const movementColumns = "id,variant_id,location_id,quantity,reason,reference_id,note,actor_id,moved_at";
const locationColumns = "id,code,name,kind,priority,deactivated_at";

/** Inventory: what is left, for everybody; where it is and how it changes, for staff with `inventory.write` and the secret key. */
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

  /** Units of these variants in each place, in the order in which places are drawn from. Staff with `inventory.read`. Errors: `permission_denied`. */
  levelsByLocation(variantIds: readonly string[], options?: CallOptions): Promise<PlacedStock[]> {
    if (variantIds.length === 0) return Promise.resolve([]);
    return this.#api.askInBody("stock_by_location", { variant_ids: variantIds }, options);
  }

  /** The places where units are. */
  locations(options?: CallOptions): Promise<StockLocation[]> {
    return this.#api.rows("locations", { select: locationColumns, order: "priority.asc,code.asc" }, options);
  }

  /** Makes a place. Errors: docs/errors.md, Inventory, as for all verbs here. */
  createLocation(params: CreateLocationParams, options?: ChangeOptions): Promise<StockLocation> {
    return this.#api.perform("create_location", { ...params }, options);
  }

  /** Renames a place, moves it in the order of drawing, closes it when it is empty, or opens it again. */
  updateLocation(params: UpdateLocationParams, options?: ChangeOptions): Promise<StockLocation> {
    return this.#api.perform("update_location", { ...params }, options);
  }

  /** Holds units without an order, all lines or none, for some minutes. */
  reserve(params: ReserveParams, options?: ChangeOptions): Promise<StockHold> {
    return this.#api.perform("reserve_stock", { ...params }, options);
  }

  /** Ends a hold: its units are free again. */
  release(params: { hold_id: string }, options?: ChangeOptions): Promise<StockHold> {
    return this.#api.perform("release_stock", { hold_id: params.hold_id }, options);
  }

  /** Units of a hold left the house, outside the shop. */
  deductHold(params: { hold_id: string; note?: string }, options?: ChangeOptions): Promise<StockHold> {
    return this.#api.perform("deduct_stock", { ...params }, options);
  }

  /** Free units left the house, outside the shop: all lines or none. */
  deduct(params: DeductParams, options?: ChangeOptions): Promise<StockChange> {
    return this.#api.perform("deduct_stock", { ...params }, options);
  }

  /** Receives, counts, corrects or writes off: all lines or none. What arrives goes to the oldest backorders first. */
  adjust(params: AdjustParams, options?: ChangeOptions): Promise<StockAdjustment> {
    return this.#api.perform("adjust_stock", { ...params }, options);
  }

  /** Moves free units from one place to another: all lines or none. `id` is the reference of the movements. */
  transfer(params: TransferParams, options?: ChangeOptions): Promise<StockChange & { id: string }> {
    return this.#api.perform("transfer_stock", { ...params }, options);
  }

  /** How a variant is counted. A change that would break what was promised is refused: `stock_mode_in_use`. */
  setMode(params: SetModeParams, options?: ChangeOptions): Promise<StockModeSetting> {
    return this.#api.perform("set_stock_mode", { ...params }, options);
  }

  /** Staff get a mail when the available units fall to this number; null switches it off. */
  setLowStockThreshold(
    params: { variant_id: string; threshold: number | null },
    options?: ChangeOptions,
  ): Promise<{ variant_id: string; threshold: number | null }> {
    return this.#api.perform("set_low_stock_threshold", { ...params }, options);
  }

  /** A page of the movements of a variant, newest first. Staff with `inventory.read`; others get none. */
  async movements(params: MovementsParams, options?: CallOptions): Promise<Page<StockMovement>> {
    const limit = pageSize(params);
    const query = {
      select: movementColumns,
      variant_id: `eq.${params.variant_id}`,
      or: params.cursor ? rowsAfter(newestFirst, decodeCursor(params.cursor, newestFirst.length)) : undefined,
      order: orderBy(newestFirst),
      limit: String(limit + 1),
    };
    const rows = await this.#api.rows<StockMovement>("stock_movements", query, options);
    return toPage(rows, limit, (movement) => [String(movement.id)]);
  }
}

/** What {@link Inventory.createLocation} takes. */
export interface CreateLocationParams {
  /** Small letters, digits and hyphens. */
  code: string;
  name: string;
  /** 1 to 9999, 100 when left out; the smallest is drawn first, after main. */
  priority?: number;
}

/** What {@link Inventory.updateLocation} takes; what is left out stays. */
export interface UpdateLocationParams {
  location_id: string;
  name?: string;
  priority?: number;
  /** False closes it. */
  active?: boolean;
}

/** What {@link Inventory.reserve} takes. */
export interface ReserveParams {
  lines: { variant_id: string; quantity: number }[];
  /** 1 to 10080; the setting `hold_minutes` when left out. */
  minutes?: number;
  note?: string;
}

/** What {@link Inventory.deduct} takes. */
export interface DeductParams {
  lines: { variant_id: string; quantity: number /** `main` when left out. */; location_id?: string }[];
  note?: string;
}

/** What {@link Inventory.adjust} takes. */
export interface AdjustParams {
  lines: AdjustmentLine[];
  reason: AdjustmentReason;
  note?: string;
}

/** What {@link Inventory.transfer} takes. */
export interface TransferParams {
  lines: { variant_id: string; quantity: number }[];
  from_location_id: string;
  to_location_id: string;
  note?: string;
}

/** What {@link Inventory.setMode} takes. */
export interface SetModeParams {
  variant_id: string;
  mode: StockMode;
  /** Units that may be sold beyond stock: with `backorder` and `preorder`. */
  backorder_limit?: number;
  /** ISO 8601: with `preorder`. */
  ships_at?: string;
}

/** What {@link Inventory.movements} takes. */
export interface MovementsParams extends PageParams {
  variant_id: string;
}
