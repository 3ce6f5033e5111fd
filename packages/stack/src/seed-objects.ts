import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { BUCKETS, type BucketName } from "../../../supabase/functions/_shared/buckets.ts";
import type { Keys } from "./keys.ts";
import { supabaseFolder } from "./postgres/folders.ts";

type SeedObject = { bucket: BucketName; path: string; mime_type: string };

/**
 * Puts the pictures and files that the seed speaks of into Storage, from `supabase/storage/<bucket>/<path>`, as far as they are not there yet;
 * `supabase start` does the same by config.toml. `url` is the gateway's, `ownerUrl` the database as `postgres`.
 */
export async function uploadSeedObjects(url: string, keys: Keys, ownerUrl: string): Promise<void> {
  const missing = (await missingObjects(ownerUrl)).filter((object) => existsSync(fileOf(object)));
  for (const bucket of new Set(missing.map((object) => object.bucket))) await makeBucket(url, keys, bucket);
  await Promise.all(missing.map((object) => upload(url, keys, object)));
}

async function missingObjects(ownerUrl: string): Promise<SeedObject[]> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    return await sql<SeedObject[]>`
      select known.* from (
        select 'media' as bucket, path, mime_type from public.media where ready_at is not null
        union all select 'downloads', path, mime_type from public.digital_files where ready_at is not null
        union all select 'learning', path, content_type from public.learning_files where arrived_at is not null and enrollment_id is null
      ) as known
      where not exists (select from storage.objects where objects.bucket_id = known.bucket and objects.name = known.path)`;
  } finally {
    await sql.end();
  }
}

async function makeBucket(url: string, keys: Keys, bucket: BucketName): Promise<void> {
  const { fileSizeLimit, allowedMimeTypes } = BUCKETS[bucket];
  const answer = await fetch(`${url}/storage/v1/bucket`, {
    method: "POST",
    headers: { ...asService(keys), "content-type": "application/json" },
    body: JSON.stringify({
      id: bucket,
      name: bucket,
      public: false,
      file_size_limit: fileSizeLimit,
      ...(allowedMimeTypes ? { allowed_mime_types: allowedMimeTypes } : {}),
    }),
  });
  const text = await answer.text();
  if (!answer.ok && !/exist|duplicate/i.test(text)) throw new Error(`The bucket ${bucket} could not be made: ${text}`);
}

async function upload(url: string, keys: Keys, object: SeedObject): Promise<void> {
  const answer = await fetch(`${url}/storage/v1/object/${object.bucket}/${object.path}`, {
    method: "POST",
    headers: { ...asService(keys), "content-type": object.mime_type, "x-upsert": "true" },
    body: await readFile(fileOf(object)),
  });
  if (!answer.ok) throw new Error(`${object.bucket}/${object.path} could not be stored: ${await answer.text()}`);
}

const fileOf = ({ bucket, path }: SeedObject): string => join(supabaseFolder, "storage", bucket, path);

const asService = ({ secretKey }: Keys) => ({ apikey: secretKey, authorization: `Bearer ${secretKey}` });
