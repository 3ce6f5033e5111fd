import type { StockLevel } from "../types.ts";
import type { StockMode } from "../vocabularies.ts";

/** Why units came or went, as `adjustStock` takes it; `count` goes with what was counted, all others with a difference. */
export type StockReason =
  | "receipt"
  | "found"
  | "damage"
  | "loss"
  | "supplier_return"
  | "own_use"
  | "correction"
  | "count";

/** A place where goods lie. */
export interface Location {
  id: string;
  code: string;
  name: string;
  kind: string;
  /** Smallest first, after `main`. */
  priority: number;
  deactivated_at: string | null;
}

/** What a change of stock leaves: `filled` units went to backorders. */
export interface StockBooked {
  filled: number;
  levels: StockLevel[] | null;
}

/** What {@link Inventory.adjust} answers. */
export interface StockAdjusted extends StockBooked {
  lines: { variant_id: string; location_id: string; delta: number }[];
}

/** What {@link Inventory.transfer} answers; the movements of both places carry the id. */
export interface StockTransferred extends StockBooked {
  id: string;
}

/** Units that staff or an integration hold. */
export interface StockHold {
  id: string;
  status: "held" | "released" | "deducted" | "expired";
  note: string | null;
  expires_at: string;
  lines: { variant_id: string; quantity: number; beyond_stock: number }[];
}

/** Units of a variant in one place; `difference` between them and the movements there is 0 unless something is broken. */
export interface StockAtLocation {
  variant_id: string;
  location_id: string;
  location_code: string;
  available: number;
  reserved: number;
  on_hand: number;
  movements: number;
  difference: number;
}

/** What {@link Inventory.setMode} answers. */
export interface VariantStockMode {
  variant_id: string;
  mode: StockMode;
  backorder_limit: number | null;
  ships_at: string | null;
  sellable: number | null;
}
