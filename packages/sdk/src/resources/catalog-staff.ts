import { type Api, secondStep } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { onlyRow } from "../only-row.ts";
import type { DigitalFile, GeneratedVariants, Media } from "../types/catalog.ts";
import { CatalogSearch } from "./catalog-search.ts";

const mediaColumns =
  "id,product_id,variant_id,alt,translations,position,mime_type,byte_size,width,height,sha256,ready_at,created_at";

/** What staff with `catalog.write` do in one call. Plain rows (products, prices, categories) are written through `client.supabase`. */
export class CatalogStaff extends CatalogSearch {
  readonly #api: Api;

  constructor(api: Api) {
    super(api);
    this.#api = api;
  }

  /**
   * Puts a picture (JPEG, PNG, WebP, GIF or AVIF, 10 MiB at most) behind those a product has. The server looks at the bytes. Errors:
   * `permission_denied`, `product_not_found`, `media_type_not_allowed`, `file_too_large`.
   */
  uploadImage(params: UploadImageParams, options?: ChangeOptions): Promise<Media> {
    const { bytes, ...wish } = params;
    return this.#upload("image", wish, bytes, "image/png", options);
  }

  /** Adds a file (50 MiB at most) to what buyers of a product, or of one variant, may download. Errors: as for pictures. */
  uploadFile(params: UploadFileParams, options?: ChangeOptions): Promise<DigitalFile> {
    const { bytes, ...wish } = params;
    return this.#upload("file", wish, bytes, "application/octet-stream", options);
  }

  /** Sets the text, the translations or the place of a picture. Errors: `not_found`. */
  async changeImage(params: ChangeImageParams, options?: CallOptions): Promise<Media> {
    const { id, ...values } = params;
    const rows = await this.#api.update<Media>("media", { id: `eq.${id}`, select: mediaColumns }, values, options);
    return onlyRow(rows, "There is no such picture.", "Read the product again.");
  }

  /** Puts pictures of a product first, in this order, and answers the ids of all of them. Errors: `media_not_found`. */
  arrangeImages(params: ArrangeImagesParams, options?: ChangeOptions): Promise<string[]> {
    return this.#api.perform("arrange_images", { ...params }, options);
  }

  /** Removes a picture and its bytes. Errors: `not_found`. */
  async removeImage(id: string, options?: CallOptions): Promise<Media> {
    const rows = await this.#api.remove<Media>("media", { id: `eq.${id}`, select: mediaColumns }, options);
    return onlyRow(rows, "There is no such picture.", "Read the product again.");
  }

  /** Sets the name, the place or the limits of a file for who buys it from now on. Errors: `not_found`. */
  async changeFile(params: ChangeFileParams, options?: CallOptions): Promise<DigitalFile> {
    const { id, ...values } = params;
    const rows = await this.#api.update<DigitalFile>("digital_files", { id: `eq.${id}` }, values, options);
    return onlyRow(rows, "There is no such file.", "Read the product again.");
  }

  /** Removes a file that nobody bought, and its bytes. Errors: `not_found`, `file_in_use`. */
  async removeFile(id: string, options?: CallOptions): Promise<DigitalFile> {
    const rows = await this.#api.remove<DigitalFile>("digital_files", { id: `eq.${id}` }, options);
    return onlyRow(rows, "There is no such file.", "Read the product again.");
  }

  /** Hangs a category with everything below it under another one, or at the top. Errors: docs/errors.md, Catalogue. */
  moveCategory(params: MoveCategoryParams, options?: ChangeOptions): Promise<MovedCategory> {
    return this.#api.perform("move_category", { ...params }, options);
  }

  /** Gives a product options, and a variant to each combination that has none. Errors: `product_not_found`, `invalid_options`. */
  generateVariants(params: GenerateVariantsParams, options?: ChangeOptions): Promise<GeneratedVariants> {
    return this.#api.perform("generate_variants", { ...params }, options);
  }

  async #upload<T>(kind: string, wish: object, bytes: Bytes, type: string, options?: ChangeOptions): Promise<T> {
    const started = await this.#api.invoke<Started>("upload", { step: "start", kind, ...wish }, options);
    // No path: the bytes of this very upload have arrived before.
    if (started.path) await this.#api.put(started.path, bytes, typeOf(bytes) || type, options);
    return this.#api.invoke("upload", { step: "finish", kind, id: started.id }, secondStep(options));
  }
}

/** Bytes to upload. A Blob's type is only a claim; the server finds out for itself. */
export type Bytes = Blob | Uint8Array<ArrayBuffer>;

/** What {@link CatalogStaff.uploadImage} takes. */
export interface UploadImageParams {
  product_id: string;
  /** Shows one variant only. */
  variant_id?: string;
  bytes: Bytes;
}

/** What {@link CatalogStaff.uploadFile} takes. */
export interface UploadFileParams extends UploadImageParams {
  /** The name that a buyer saves it under. */
  file_name: string;
}

/** What {@link CatalogStaff.changeImage} takes; fields that are left out stay. */
export interface ChangeImageParams {
  id: string;
  /** What it shows, for who cannot see it; in the base language. */
  alt?: string;
  /** The same in other languages: `{ en: { alt: "…" } }`. */
  translations?: Record<string, { alt: string }>;
  /** Lowest first. */
  position?: number;
}

/** What {@link CatalogStaff.arrangeImages} takes. */
export interface ArrangeImagesParams {
  product_id: string;
  /** Those that are left out follow in the order they had. */
  image_ids: string[];
}

/** What {@link CatalogStaff.changeFile} takes; fields that are left out stay. */
export interface ChangeFileParams {
  id: string;
  file_name?: string;
  /** Lowest first. */
  position?: number;
  /** Null: as the setting `download_limit` says. */
  max_downloads?: number | null;
  /** Days from the payment on. Null: as the setting `download_days` says. */
  access_days?: number | null;
}

/** What {@link CatalogStaff.moveCategory} takes. */
export interface MoveCategoryParams {
  category_id: string;
  /** Null: to the top. */
  parent_id: string | null;
  /** Lowest first; stays when left out. */
  position?: number;
}

/** What {@link CatalogStaff.moveCategory} answers. */
export interface MovedCategory {
  id: string;
  parent_id: string | null;
  depth: number;
  slug: string;
  title: string;
  position: number;
}

/** What {@link CatalogStaff.generateVariants} takes. */
export interface GenerateVariantsParams {
  product_id: string;
  /** At most five; options and values that are there already stay. */
  options: { title: string; values: string[] }[];
  /** Beginning of the SKUs; the slug in capitals when left out. */
  sku_prefix?: string;
}

interface Started {
  id: string;
  path: string | null;
}

const typeOf = (bytes: Bytes) => (bytes instanceof Blob ? bytes.type : "");

// The key belongs to the start; a finish is its own request.
