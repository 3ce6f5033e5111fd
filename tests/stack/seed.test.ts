import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { supabaseFolder } from "../../packages/stack/src/postgres/folders.ts";
import { seedFiles } from "../../packages/stack/src/postgres/seed.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("config.toml names every seed file, so that both ways to start sow the same", () => {
  const there = readdirSync(supabaseFolder).filter((file) => /^seed.*\.sql$/.test(file));
  expect(seedFiles().toSorted()).toEqual(there.toSorted());
});

test("what the seed says of its pictures and files is true of the files", async () => {
  const rows = await stack.sql`
    select bucket, path, byte_size, sha256 from (
      select 'media' as bucket, path, byte_size, sha256, product_id from public.media
      union all select 'downloads', path, byte_size, sha256, product_id from public.digital_files
    ) as stored join public.products on products.id = stored.product_id
    where products.id = md5('product ' || products.slug)::uuid`;
  expect(rows.length).toBeGreaterThan(30);
  for (const { bucket, path, byte_size, sha256: hash } of rows) {
    const bytes = readFileSync(join(supabaseFolder, "storage", bucket, path));
    expect({ path, size: bytes.length, hash: sha256(bytes) }).toEqual({ path, size: byte_size, hash });
  }
});

test("the file lesson of the demo course has its file, as long as the seed says", async () => {
  const [file] =
    await stack.sql`select path, bytes from public.learning_files where id = md5('file JavaScript on one page')::uuid`;
  const kept = readFileSync(join(supabaseFolder, "storage", "learning", file?.path));
  expect(kept.length).toBe(file?.bytes);
  const [stored] = await stack.sql`select from storage.objects where bucket_id = 'learning' and name = ${file?.path}`;
  expect(stored).toBeDefined();
});

test("the demo users have names, which certificates and rosters show", async () => {
  const people = await stack.sql`select first_name, last_name from public.profiles where email like '%@seatline.test'`;
  expect(people.length).toBeGreaterThan(5);
  expect(people.filter(({ first_name, last_name }) => !first_name || !last_name)).toEqual([]);
});

test("every product of the seed shows a picture that a visitor gets", async () => {
  const products = await stack.sql`
    select slug, image_url, media.sha256 from public.products left join public.media on media.product_id = products.id and media.position = 0
    where products.id = md5('product ' || slug)::uuid and status = 'published' and (publish_at is null or publish_at <= now())`;
  expect(products.filter(({ image_url }) => image_url === null)).toEqual([]);
  for (const { slug, image_url, sha256: hash } of products.filter((_, index) => index % 5 === 0)) {
    const answer = await fetch(`${stack.urls.api}${image_url}`);
    const shown = { slug, status: answer.status, type: answer.headers.get("content-type") };
    expect({ ...shown, hash: sha256(new Uint8Array(await answer.arrayBuffer())) }).toEqual({
      slug,
      status: 200,
      type: "image/webp",
      hash,
    });
  }
});
