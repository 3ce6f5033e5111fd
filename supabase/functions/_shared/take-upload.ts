import { BUCKETS, type BucketName, keepObject, readObject } from "./buckets.ts";
import type { Database } from "./call-verb.ts";
import { failpoint } from "./failpoint.ts";
import { Problem } from "./problem.ts";
import { type FileFacts, readFacts } from "./read-facts.ts";

/**
 * Looks into the bytes that were sent to `incoming/<name>` of a bucket, keeps exactly these under `name`, which no upload reaches, and lets
 * `record` write down what they were found to be. What the bucket does not take is removed and refused.
 */
export async function takeUpload<Answer>(
  database: Database,
  bucket: BucketName,
  name: string,
  record: (facts: FileFacts) => Promise<Answer>,
): Promise<Answer> {
  const incoming = `incoming/${name}`;
  const blob = await readObject(database, bucket, incoming);
  if (!blob) {
    throw new Problem("upload_not_arrived", 409, "The bytes of this file have not arrived.", {
      hint: "PUT them to the path that the start gave, then submit again.",
    });
  }
  const remove = () => dropIncoming(database, bucket, name);
  const { bytes, facts } = await check(blob, bucket).catch(async (problem) => {
    await remove();
    throw problem;
  });
  await failpoint("upload.read", name);
  await keepObject(database, bucket, name, bytes, facts.mime_type);
  await failpoint("upload.kept", name);
  const answer = await record(facts);
  await failpoint("upload.recorded", name);
  await remove();
  await failpoint("upload.removed", name);
  return answer;
}

/** Removes what was sent once it was kept: also when whoever kept it ended before that. */
export async function dropIncoming(database: Database, bucket: BucketName, name: string): Promise<void> {
  await database.storage.from(bucket).remove([`incoming/${name}`]);
}

async function check(blob: Blob, bucket: BucketName) {
  const { fileSizeLimit, allowedMimeTypes } = BUCKETS[bucket];
  const found = await readFacts(blob, fileSizeLimit);
  if (allowedMimeTypes?.includes(found.facts.mime_type)) return found;
  throw new Problem("media_type_not_allowed", 422, "By its content this is neither a picture nor a PDF.", {
    hint: `Send one of ${allowedMimeTypes?.join(", ")}.`,
    details: found.facts.mime_type,
  });
}
