import type { AttributeType, ProductKind } from "../vocabularies.ts";

/** A value of an attribute. */
export type AttributeValue = string | number | boolean;

/** What a product costs from: its cheapest variant's price for one unit, now and for the caller. Minor units. */
export interface PriceFrom {
  variant_id: string;
  currency: string;
  amount: number;
  /** Before sales and groups; equal to `amount` when there are none. */
  base_amount: number;
}

/** A product as a list shows it; texts are in the language that was asked for, else in the base text. */
export interface ProductCard {
  id: string;
  kind: ProductKind;
  slug: string;
  title: string;
  summary: string;
  /** A picture somewhere in the web; those in Storage are `image` and `images`. */
  image_url: string | null;
  category_id: string | null;
  tags: string[];
  attributes: Record<string, AttributeValue>;
  created_at: string;
  /** The first picture; `catalog.imageUrl(image.id)` is its address. */
  image: { id: string; alt: string; width: number; height: number } | null;
  /** Null when it is not sold in the currency. */
  price: PriceFrom | null;
}

/** A product as its page shows it. */
export interface Product extends ProductCard {
  description: string;
  status: string;
  publish_at: string | null;
  unpublish_at: string | null;
  /** From the top of the tree down to the product's own category. */
  categories: { id: string; slug: string; title: string }[];
  /** Its attributes with their names, in the order of the schema. */
  facts: Fact[];
  options: ProductOption[];
  variants: ProductVariant[];
  images: ProductImage[];
  /** What a buyer may download. */
  files: { file_name: string; mime_type: string; byte_size: number; variant_id: string | null }[];
}

/** What a product or a variant says about itself. */
export interface Fact {
  key: string;
  title: string;
  type: AttributeType;
  unit: string | null;
  value: AttributeValue;
  /** What a choice is called in the language that was asked for; null of other types. */
  value_title: string | null;
}

/** What a buyer chooses, such as a size. */
export interface ProductOption {
  id: string;
  title: string;
  values: { id: string; title: string }[];
}

/** What a line of an order points to. */
export interface ProductVariant {
  id: string;
  sku: string;
  title: string;
  /** One value of each option, in the order of the options. */
  option_value_ids: string[];
  attributes: Record<string, AttributeValue>;
  /** The same with names, in the order of the schema. */
  facts: Fact[];
  stock_mode: string;
  /** How many can be bought now; null when not counted. */
  units_available: number | null;
  /** A preorder: when the units ship that are not there yet; else null. */
  ships_at: string | null;
  /** What one unit of a bundle consists of; empty of anything else. */
  components: ProductComponent[];
  /** For one unit, now and for the caller; `reason` says why it is not the base price. */
  prices: { currency: string; amount: number; base_amount: number; reason: Record<string, unknown> | null }[];
}

/** A part of a bundle. */
export interface ProductComponent {
  variant_id: string;
  kind: ProductKind;
  sku: string;
  /** Of its product, and of the intake if it is a seat. */
  title: string;
  variant_title: string;
  /** Where it is read about; null when it is not on sale by itself. */
  slug: string | null;
  /** Per unit of the bundle. */
  quantity: number;
}

/** A picture of a product, or of one variant. */
export interface ProductImage {
  id: string;
  variant_id: string | null;
  alt: string;
  mime_type: string;
  width: number;
  height: number;
}

/** A category with those below it. */
export interface Category {
  id: string;
  parent_id: string | null;
  slug: string;
  title: string;
  description: string;
  /** 1 at the top. */
  depth: number;
  position: number;
  /** Slugs from the top down to this one. */
  path: string[];
  /** Products on sale in it. */
  own_products: number;
  /** Products on sale in it and below it. */
  products: number;
  children: Category[];
}

/** What products (or variants) of a category say about themselves. */
export interface AttributeDefinition {
  id: string;
  /** The category that defines it: the one asked for, or one above it. */
  category_id: string;
  key: string;
  title: string;
  type: AttributeType;
  level: "product" | "variant";
  required: boolean;
  filterable: boolean;
  unit: string | null;
  min: number | null;
  max: number | null;
  /** The values to write and to filter by, in order. */
  choices: string[] | null;
  /** What each choice is called in the language that was asked for. */
  choice_titles: Record<string, string> | null;
  position: number;
}

/** A shelf of products. */
export interface Collection {
  id: string;
  slug: string;
  title: string;
  description: string;
}

/** A file that the caller bought. */
export interface MyDownload {
  download_id: string;
  order_id: string;
  order_number: string;
  product_id: string;
  slug: string;
  title: string;
  file_name: string;
  mime_type: string;
  byte_size: number;
  used_count: number;
  max_downloads: number;
  granted_at: string;
  /** Null: for ever. */
  expires_at: string | null;
  /** Since when its order is cancelled or refunded. */
  ended_at: string | null;
  /** Since when it rests because a payment of its order is disputed. */
  suspended_at: string | null;
}

/** What `catalog.downloadLink` answers. */
export interface DownloadLink {
  download_id: string;
  file_name: string;
  byte_size: number;
  used_count: number;
  max_downloads: number;
  /** Gives the file without any key. */
  url: string;
  expires_at: string;
}

/** A picture as staff see it. */
export interface Media {
  id: string;
  product_id: string;
  variant_id: string | null;
  alt: string;
  translations: Record<string, { alt?: string }>;
  position: number;
  mime_type: string | null;
  byte_size: number | null;
  width: number | null;
  height: number | null;
  sha256: string | null;
  /** Null until the upload was finished. */
  ready_at: string | null;
  created_at: string;
}

/** A file that is sold, as staff see it. */
export interface DigitalFile {
  id: string;
  product_id: string;
  variant_id: string | null;
  file_name: string;
  position: number;
  /** Null: as the setting `download_limit` says. */
  max_downloads: number | null;
  /** Null: as the setting `download_days` says. */
  access_days: number | null;
  mime_type: string | null;
  byte_size: number | null;
  sha256: string | null;
  ready_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What `catalog.generateVariants` answers. */
export interface GeneratedVariants {
  /** How many are new. */
  created: number;
  /** All variants of the product. */
  variants: { id: string; sku: string; title: string; position: number; option_value_ids: string[] }[];
}
