import type { ProductKind } from "../vocabularies.ts";
import type { ProductCard } from "./catalog.ts";

/** A product as a search shows it. */
export interface FoundProduct extends ProductCard {
  /** Whether one unit at least can be bought now. */
  in_stock: boolean;
  /** `published`, unless staff asked for others. */
  status: string;
}

/** How many products fit a search, and how many each choice would leave; each count leaves its own filter out. */
export interface ProductFacets {
  kind: Partial<Record<ProductKind, number>>;
  /** From the top of the tree down; each counts what is below it too. */
  category: { id: string; parent_id: string | null; slug: string; title: string; count: number }[];
  /** By attribute key and choice. */
  attributes: Record<string, Record<string, number>>;
  /** What these attributes and choices are called in the language that was asked for; `choices` is null of what is yes or no. */
  attribute_titles: Record<string, { title: string; unit: string | null; choices: Record<string, string> | null }>;
  /** The lowest and highest price that is found; null when nothing has one. */
  price: { currency: string; min: number | null; max: number | null };
  in_stock: { true: number; false: number };
  /** False among more than 10 000 products, of which 4 000 are looked up: then `in_stock` is an estimate, some percent off. */
  in_stock_exact: boolean;
  /** False when the filter `in_stock` was asked for among so many: then `total` and all counts are such estimates. */
  exact: boolean;
}

/** A page of products that were searched for. */
export interface ProductPage {
  data: FoundProduct[];
  next_cursor: string | null;
  /** How many there are on all pages; null after the first page and without facets. */
  total: number | null;
  facets: ProductFacets | null;
  /** True when nothing on sale has the words, and these are written alike. */
  alike: boolean;
}

/** What a search box proposes. */
export interface Suggestion {
  type: "product" | "category";
  id: string;
  /** Null for a category. */
  kind: ProductKind | null;
  slug: string;
  title: string;
  image_url: string | null;
}
