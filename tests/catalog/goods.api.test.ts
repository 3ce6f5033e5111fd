import { beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { payOrder } from "../support/buying.ts";
import { type Learner, newLearner, newLearners, visitor } from "../support/learners.ts";
import { newCategory, publishedProduct } from "../support/products.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let manager: Learner;
let admin: Learner;

beforeAll(async () => {
  const staff = await newLearners(stack, 2);
  [manager, admin] = staff as [Learner, Learner];
  await stack.sql`insert into public.role_members (profile_id, role) values (${manager.id}, 'catalog_manager'), (${admin.id}, 'admin')`;
});

const png = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
  (character) => character.charCodeAt(0),
);
const page = new TextEncoder().encode("<script>alert(1)</script>");
const picture = (id: string, headers: Record<string, string> = {}) =>
  fetch(visitor(stack).catalog.imageUrl(id), { headers });
const objects = (name: string) => stack.sql`select name from storage.objects where name = ${name}`;

describe("a picture", () => {
  test("is uploaded by staff, read by everybody while its product is on sale, and goes with its bytes", async () => {
    const product = await publishedProduct(stack.sql, { status: "draft" });
    const image = await manager.seatline.catalog.uploadImage({ product_id: product.productId, bytes: png });
    expect(image).toMatchObject({ mime_type: "image/png", width: 1, height: 1, byte_size: png.length });
    await manager.seatline.catalog.changeImage({ id: image.id, alt: "Titik", translations: { en: { alt: "A dot" } } });
    expect((await picture(image.id)).status).toBe(404);

    const { supabase } = manager.seatline;
    await supabase.from("products").update({ status: "published" }).eq("id", product.productId).throwOnError();
    const shown = await picture(image.id);
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(png);
    expect(shown.headers.get("content-type")).toBe("image/png");
    expect(shown.headers.get("cache-control")).toBe("public, max-age=60");
    const etag = shown.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/); // one name, that of the bytes: the gateway adds none
    expect((await picture(image.id, { "if-none-match": etag })).status).toBe(304);
    const read = await visitor(stack).catalog.get(product.slug, { locale: "en" });
    expect(read.images).toMatchObject([{ id: image.id, alt: "A dot", width: 1 }]);

    await supabase.from("products").update({ unpublish_at: new Date().toISOString() }).eq("id", product.productId);
    const hidden = await picture(image.id, { "if-none-match": etag });
    expect(hidden).toMatchObject({ status: 404 });
    expect(await hidden.json()).toMatchObject({ code: "media_not_found" });
    const asStaff = await picture(image.id, headersOf(manager));
    expect(asStaff).toMatchObject({ status: 200 });
    expect(asStaff.headers.get("cache-control")).toBe("private, no-store");
    await asStaff.arrayBuffer();

    const variant_id = product.variantIds[0] as string;
    const second = await manager.seatline.catalog.uploadImage({
      product_id: product.productId,
      variant_id,
      bytes: png,
    });
    const arranged = { product_id: product.productId, image_ids: [second.id] };
    expect(await manager.seatline.catalog.arrangeImages(arranged)).toEqual([second.id, image.id]);
    const { images } = await manager.seatline.catalog.get(product.slug);
    expect(images).toMatchObject([
      { id: second.id, variant_id },
      { id: image.id, variant_id: null },
    ]);
    const other = await publishedProduct(stack.sql);
    const foreign = { product_id: other.productId, variant_id, bytes: png };
    expect(await refusal(manager.seatline.catalog.uploadImage(foreign))).toMatchObject({
      code: "product_not_found",
      status: 404,
    });
    const stray = { ...arranged, image_ids: [crypto.randomUUID()] };
    expect(await refusal(manager.seatline.catalog.arrangeImages(stray))).toMatchObject({ code: "media_not_found" });

    const name = `${product.productId}/${image.id}`;
    expect(await objects(name)).toHaveLength(1);
    await manager.seatline.catalog.removeImage(image.id);
    await expect.poll(() => objects(name)).toHaveLength(0);
  }, 60_000);

  test("is what its bytes are: a page in its clothes is refused and not kept, and customers upload nothing", async () => {
    const { productId } = await publishedProduct(stack.sql, { status: "draft" });
    const { catalog } = manager.seatline;
    const disguised = new Blob([page], { type: "image/png" });
    expect(await refusal(catalog.uploadImage({ product_id: productId, bytes: disguised }))).toMatchObject({
      code: "media_type_not_allowed",
      status: 422,
    });
    expect(await stack.sql`select from public.media where product_id = ${productId}`).toEqual([]);
    const claimed = new Blob([png], { type: "text/html" });
    expect(
      (await refusal(catalog.uploadImage({ product_id: productId, bytes: claimed })))?.status,
    ).toBeGreaterThanOrEqual(400);
    const customer = await newLearner(stack);
    expect(await refusal(customer.seatline.catalog.uploadImage({ product_id: productId, bytes: png }))).toMatchObject({
      code: "permission_denied",
    });
    for (const bucket of ["media", "downloads"]) {
      const { error } = await customer.seatline.supabase.storage
        .from(bucket)
        .upload("x/y", new Blob([png], { type: "image/png" }));
      expect(error).not.toBeNull();
      expect((await visitor(stack).supabase.storage.from(bucket).list()).data ?? []).toEqual([]);
    }
  });

  test("takes its bytes once: what was looked at cannot be exchanged", async () => {
    const { productId } = await publishedProduct(stack.sql);
    const headers = { ...headersOf(manager), "content-type": "application/json" };
    const upload = async (body: object) => {
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      return (await fetch(`${stack.urls.api}/functions/v1/upload`, init)).json() as Promise<{
        id: string;
        path: string;
      }>;
    };
    const put = (path: string, bytes: Uint8Array<ArrayBuffer>) =>
      fetch(`${stack.urls.api}${path}`, { method: "PUT", headers: { "content-type": "image/png" }, body: bytes });
    const started = await upload({ step: "start", kind: "image", product_id: productId });
    expect(await upload({ step: "finish", kind: "image", id: started.id })).toMatchObject({
      code: "upload_not_arrived",
    });
    expect((await put(started.path, png)).status).toBe(200);
    expect(await upload({ step: "finish", kind: "image", id: started.id })).toMatchObject({ width: 1 });
    expect((await put(started.path, page)).ok).toBe(false);
    expect(new Uint8Array(await (await picture(started.id)).arrayBuffer())).toEqual(png);
  });
});

describe("a file that is sold", () => {
  test("is linked after the payment, each link counts, and a refund ends it", async () => {
    const book = await publishedProduct(stack.sql, { kind: "digital", price: 75_000_00 });
    const bytes = new TextEncoder().encode("%PDF-1.7 the handbook");
    const file = await manager.seatline.catalog.uploadFile({
      product_id: book.productId,
      file_name: "handbook.pdf",
      bytes,
    });
    expect(file).toMatchObject({ mime_type: "application/pdf", byte_size: bytes.length });
    await manager.seatline.catalog.changeFile({ id: file.id, max_downloads: 2, access_days: 7 });

    const { id, seatline } = await newLearner(stack);
    const order = await seatline.orders.place({ lines: [{ variant_id: book.variantIds[0] as string, quantity: 1 }] });
    expect(await seatline.catalog.downloads()).toEqual([]);
    await payOrder(stack.sql, id, order.id);
    const [download] = await seatline.catalog.downloads();
    expect(download).toMatchObject({ file_name: "handbook.pdf", used_count: 0, max_downloads: 2, ended_at: null });
    const download_id = download?.download_id as string;

    const link = await seatline.catalog.downloadLink(download_id, { idempotencyKey: "one" });
    expect(link).toMatchObject({ used_count: 1, max_downloads: 2, file_name: "handbook.pdf" });
    const fetched = await fetch(link.url);
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(bytes);
    expect(fetched.headers.get("content-disposition")).toContain("handbook.pdf");
    expect(await seatline.catalog.downloadLink(download_id, { idempotencyKey: "one" })).toMatchObject({
      used_count: 1,
      expires_at: link.expires_at,
    });
    expect(await refusal(visitor(stack).catalog.downloadLink(download_id))).toMatchObject({ code: "sign_in_required" });
    expect(await refusal(manager.seatline.catalog.downloadLink(download_id))).toMatchObject({
      code: "download_not_found",
    });

    await admin.seatline.orders.cancel({ order_id: order.id, reason: "refunded" });
    expect(await refusal(seatline.catalog.downloadLink(download_id))).toMatchObject({
      code: "download_ended",
      status: 409,
    });
    expect((await seatline.catalog.downloads())[0]?.ended_at).not.toBeNull();
    expect(await refusal(manager.seatline.catalog.removeFile(file.id))).toMatchObject({ code: "file_in_use" });
  });
});

test("staff are told what is wrong with a translation", async () => {
  const { productId } = await publishedProduct(stack.sql);
  const { error, status } = await manager.seatline.supabase
    .from("products")
    .update({ translations: { fr: { title: "x" } } })
    .eq("id", productId);
  expect({ code: error?.code, status }).toEqual({ code: "invalid_translations", status: 422 });
});

describe("the catalogue through the SDK", () => {
  test("is listed, read, and changed by staff in single calls", async () => {
    const top = await newCategory(stack.sql);
    const slug = `sub-${crypto.randomUUID()}`;
    const below = await newCategory(stack.sql, null, slug);
    const { catalog } = manager.seatline;
    expect(await catalog.moveCategory({ category_id: below, parent_id: top })).toMatchObject({ depth: 2 });
    await stack.sql`insert into public.category_attributes (category_id, key, title, type) values (${top}, 'year', 'Year', 'integer')`;
    const made = [];
    for (let index = 0; index < 3; index++)
      made.push(
        await publishedProduct(stack.sql, { category: below, tags: ["sdk"], attributes: { year: 2000 + index } }),
      );
    const first = made[0] as (typeof made)[number];
    const { created } = await catalog.generateVariants({
      product_id: first.productId,
      options: [{ title: "Size", values: ["S", "M"] }],
    });
    expect(created).toBe(2);

    const shop = visitor(stack).catalog;
    const listed = await Array.fromAsync(shop.iterate({ category: slug, limit: 2 }));
    expect(listed.map((card) => card.slug).toSorted()).toEqual(made.map((product) => product.slug).toSorted());
    expect(await shop.get(first.productId)).toMatchObject({ slug: first.slug, facts: [{ key: "year", value: 2000 }] });
    expect(await refusal(shop.get("nothing-like-this"))).toMatchObject({ code: "product_not_found", status: 404 });
    const parent = (await shop.categories()).find((category) => category.id === top);
    expect(parent).toMatchObject({ products: 3, own_products: 0, children: [{ slug, products: 3, children: [] }] });
    expect(await shop.attributes(below)).toMatchObject([{ key: "year", category_id: top }]);

    const shelf = `shelf-${crypto.randomUUID()}`;
    const { data } = await manager.seatline.supabase
      .from("collections")
      .insert({ slug: shelf, title: "Rak", status: "published", translations: { en: { title: "Shelf" } } })
      .select("id")
      .single()
      .throwOnError();
    await manager.seatline.supabase
      .from("collection_rules")
      .insert({ collection_id: data.id, type: "category", category_id: below });
    expect((await shop.collections({ locale: "en" })).find((row) => row.slug === shelf)).toMatchObject({
      title: "Shelf",
    });
    expect(await Array.fromAsync(shop.iterateCollection(shelf, { limit: 2 }))).toHaveLength(3);
    expect((await shop.collection(shelf, { locale: "id" })).collection).toMatchObject({ title: "Rak" });
  });
});

const headersOf = ({ token }: Learner) => ({ apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` });
