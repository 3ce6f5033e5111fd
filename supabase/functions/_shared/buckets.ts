import type { Database } from "./call-verb.ts";
import { Problem } from "./problem.ts";

/** The private buckets that functions use and what they take; supabase/config.toml has the same limits. */
export const BUCKETS: Record<BucketName, { public: false; fileSizeLimit: number; allowedMimeTypes?: string[] }> = {
  media: {
    public: false,
    fileSizeLimit: 10 * 1024 * 1024,
    allowedMimeTypes: ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"],
  },
  downloads: { public: false, fileSizeLimit: 50 * 1024 * 1024 },
  learning: { public: false, fileSizeLimit: 50 * 1024 * 1024 },
  // CSV files that staff bring and take; what is in them the worker finds out
  imports: { public: false, fileSizeLimit: 50 * 1024 * 1024 },
  certificates: { public: false, fileSizeLimit: 5 * 1024 * 1024, allowedMimeTypes: ["application/pdf"] },
  // `incoming/<proof>` as buyers send them, `<proof>` once their content was checked
  "payment-proofs": {
    public: false,
    fileSizeLimit: 5 * 1024 * 1024,
    allowedMimeTypes: ["image/jpeg", "image/png", "image/webp", "application/pdf"],
  },
  // likewise `incoming/<evidence>` and `<evidence>`
  "complaint-evidence": {
    public: false,
    fileSizeLimit: 5 * 1024 * 1024,
    allowedMimeTypes: ["image/jpeg", "image/png", "image/webp", "application/pdf"],
  },
};

/** Name of a bucket. */
export type BucketName =
  | "media"
  | "downloads"
  | "learning"
  | "imports"
  | "certificates"
  | "payment-proofs"
  | "complaint-evidence";

/** What Storage answers when something is refused; hosted Supabase and the embedded stack fill in different fields. */
type Refusal = { message: string; status?: number; statusCode?: string };

/**
 * Signs one upload to a name in a bucket, which is made when it is not there. Answers the path behind the API's own address; null when the
 * object is there already.
 */
export async function signUpload(database: Database, bucket: BucketName, name: string): Promise<string | null> {
  let signed = await database.storage.from(bucket).createSignedUploadUrl(name);
  if (signed.error && isMissing(signed.error as Refusal)) {
    await database.storage.createBucket(bucket, BUCKETS[bucket]);
    signed = await database.storage.from(bucket).createSignedUploadUrl(name);
  }
  if (signed.error && /already exists|duplicate/i.test(signed.error.message)) return null;
  if (signed.error) throw unreachable(signed.error);
  return pathOf(signed.data.signedUrl);
}

/** Signs one download for some seconds. Answers the path behind the API's own address. */
export async function signDownload(
  database: Database,
  bucket: BucketName,
  name: string,
  seconds: number,
  download: string,
): Promise<string> {
  const { data, error } = await database.storage.from(bucket).createSignedUrl(name, seconds, { download });
  if (error) throw unreachable(error);
  return pathOf(data.signedUrl);
}

/** The bytes of an object; null when there is none. */
export async function readObject(database: Database, bucket: BucketName, name: string): Promise<Blob | null> {
  const { data, error } = await database.storage.from(bucket).download(name);
  if (!error) return data;
  if (isMissing(error as Refusal)) return null;
  throw unreachable(error);
}

/** Keeps bytes under a name; an object that is there already stays as it is. */
export async function keepObject(
  database: Database,
  bucket: BucketName,
  name: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<void> {
  const { error } = await database.storage.from(bucket).upload(name, bytes, { contentType, upsert: false });
  if (error && !/already exists|duplicate/i.test(error.message)) throw unreachable(error);
}

/** Whether Storage says that the object or its bucket is not there. */
function isMissing({ message, status, statusCode }: Refusal): boolean {
  return status === 404 || statusCode === "404" || /not.?found|does not exist/i.test(message);
}

function unreachable(cause: unknown): Problem {
  return new Problem("storage_unavailable", 503, "The files could not be reached just now.", {
    hint: "Nothing was lost. Try again in a few seconds.",
    headers: { "retry-after": "5" },
    cause,
  });
}

// Without the host: inside a container the API has another address than the caller knows it by.
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
