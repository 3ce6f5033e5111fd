import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { eachRow, type Page, type PageParams, pageSize } from "../page.ts";
import type {
  AttributeDefinition,
  Category,
  Collection,
  DownloadLink,
  MyDownload,
  Product,
  ProductCard,
} from "../types/catalog.ts";
import type { ProductKind } from "../vocabularies.ts";
import { CatalogStaff } from "./catalog-staff.ts";

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The catalogue: products, categories, collections, pictures, and the files a buyer bought. Courses with their intakes are in `courses`. */
export class Catalog extends CatalogStaff {
  readonly #api: Api;
  readonly #url: string;

  constructor(api: Api, url: string) {
    super(api);
    this.#api = api;
    this.#url = url.replace(/\/+$/, "");
  }

  /** A page of what is on sale, newest first. Needs no sign-in. Errors: `category_not_found`, `currency_not_supported`. */
  list(params: ListProductsParams = {}, options?: CallOptions): Promise<Page<ProductCard>> {
    const { kind, category, tag, locale, currency } = params;
    return this.#api.ask("list_products", { kind, category, tag, locale, currency, ...paging(params) }, options);
  }

  /** Every product that {@link Catalog.list} would page through. */
  iterate(params: Omit<ListProductsParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<ProductCard, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /** One product by its slug or id, as its page shows it; for staff also one that is not on sale. Errors: `product_not_found`. */
  get(slugOrId: string, params: ReadProductParams = {}, options?: CallOptions): Promise<Product> {
    const which = uuid.test(slugOrId) ? { product_id: slugOrId } : { slug: slugOrId };
    return this.#api.ask("product_document", { ...which, locale: params.locale, currency: params.currency }, options);
  }

  /** The categories at the top, each with those below it and how many products are on sale. */
  async categories(params: LocaleParams = {}, options?: CallOptions): Promise<Category[]> {
    const rows = await this.#api.ask<Omit<Category, "children">[]>("category_tree", { locale: params.locale }, options);
    const known = new Map(rows.map((row) => [row.id, { ...row, children: [] as Category[] }]));
    for (const category of known.values()) known.get(category.parent_id ?? "")?.children.push(category);
    return [...known.values()].filter((category) => category.parent_id === null);
  }

  /** What products and variants of a category say about themselves: what filters and forms are made from. */
  attributes(category_id: string, params: LocaleParams = {}, options?: CallOptions): Promise<AttributeDefinition[]> {
    return this.#api.ask("attribute_schema", { category_id, locale: params.locale }, options);
  }

  /** The published collections, in their order. */
  async collections(params: LocaleParams = {}, options?: CallOptions): Promise<Collection[]> {
    const select = "id,slug,title,description,translations";
    const query = { select, status: "eq.published", order: "position.asc,slug.asc" };
    const rows = await this.#api.rows<Collection & Translated>("collections", query, options);
    const locale = params.locale?.slice(0, 2).toLowerCase() ?? "";
    return rows.map(({ translations, ...collection }) => ({ ...collection, ...translations[locale] }));
  }

  /** A page of what is in a collection and on sale: what was picked by hand first. Errors: `collection_not_found`. */
  collection(slug: string, params: ReadCollectionParams = {}, options?: CallOptions): Promise<CollectionPage> {
    const { locale, currency } = params;
    return this.#api.ask("collection_products", { slug, locale, currency, ...paging(params) }, options);
  }

  /** Every product that {@link Catalog.collection} would page through. */
  iterateCollection(
    slug: string,
    params: Omit<ReadCollectionParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<ProductCard, void> {
    return eachRow((cursor) => this.collection(slug, { ...params, cursor }, options));
  }

  /** The address of a picture, for an `<img>`: open to everybody while the product is on sale. */
  imageUrl(image_id: string): string {
    return `${this.#url}/functions/v1/media/${image_id}`;
  }

  /** The files that the caller bought, newest first. Errors: `sign_in_required`. */
  downloads(options?: CallOptions): Promise<MyDownload[]> {
    return this.#api.ask("my_downloads", {}, options);
  }

  /**
   * A link that gives a bought file, for a short time and without a key; counts as one download. Errors: `download_not_found`,
   * `download_ended`, `download_suspended`, `download_expired`, `download_limit_reached`.
   */
  async downloadLink(download_id: string, options?: ChangeOptions): Promise<DownloadLink> {
    const { path, ...link } = await this.#api.invoke<Omit<DownloadLink, "url"> & { path: string }>(
      "download-link",
      { download_id },
      options,
    );
    return { ...link, url: `${this.#url}${path}` };
  }
}

/** What {@link Catalog.collection} answers. */
export interface CollectionPage extends Page<ProductCard> {
  collection: Collection;
}

/** What reads in one language take. */
export interface LocaleParams {
  /** `id` or `en`; what is not translated comes in the base text. */
  locale?: string;
}

/** What {@link Catalog.get} takes beside the slug or id. */
export interface ReadProductParams extends LocaleParams {
  /** ISO 4217 code; for prices of variants all when left out, for the price of the product the shop's own. */
  currency?: string;
}

/** What {@link Catalog.list} takes. */
export interface ListProductsParams extends PageParams, LocaleParams {
  kind?: ProductKind;
  /** Slug of a category: its products and those below it. */
  category?: string;
  tag?: string;
  /** ISO 4217 code; the shop's own when left out. */
  currency?: string;
}

/** What {@link Catalog.collection} takes beside the slug. */
export interface ReadCollectionParams extends PageParams, LocaleParams {
  /** ISO 4217 code; the shop's own when left out. */
  currency?: string;
}

interface Translated {
  translations: Record<string, Partial<Pick<Collection, "title" | "description">>>;
}

const paging = (params: PageParams) => ({ cursor: params.cursor ?? undefined, max_rows: String(pageSize(params)) });
