import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, extname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { App } from "@supabase/lite";

/** The part of lite that keeps the bytes. */
export type ObjectStore = NonNullable<App["_storageAdapter"]>;

/** Keeps objects as files, `<folder>/<bucket>/<key>`. A file appears under its name only when it is complete. */
export function createFileStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const fileOf = (bucket: string, key: string): string => {
    // Each part ends in a letter of our own, so that the object `a` and the object `a/b` can exist together.
    const parts = [bucket, ...key.split("/")].map(fileName);
    const last = parts.pop() ?? "";
    const file = join(root, ...parts.map((part) => `${part}.d`), `${last}.o`);
    if (!file.startsWith(root + sep)) throw new Error("The object's name leads out of the folder.");
    return file;
  };
  const describe = async (bucket: string, key: string) => {
    const file = fileOf(bucket, key);
    const found = await stat(file);
    return {
      cacheControl: "no-cache",
      contentLength: found.size,
      size: found.size,
      mimetype: types[extname(key).toLowerCase()] ?? "application/octet-stream",
      lastModified: found.mtime,
      eTag: `"${createHash("sha256").update(`${file}:${found.mtimeMs}:${found.size}`).digest("hex").slice(0, 32)}"`,
    };
  };
  const remove = (bucket: string, key: string) => rm(fileOf(bucket, key), { force: true });
  return {
    driver: null,
    async getObject(bucket, key) {
      const metadata = await describe(bucket, key);
      const body = Readable.toWeb(createReadStream(fileOf(bucket, key))) as unknown as ReadableStream;
      return { metadata, httpStatusCode: 200, body };
    },
    async uploadObject(bucket, key, _version, body, mimetype, cacheControl) {
      const file = fileOf(bucket, key);
      await mkdir(dirname(file), { recursive: true });
      const unfinished = `${file}.${randomUUID()}`;
      try {
        const source = body instanceof Uint8Array ? [body] : Readable.fromWeb(body as ReadableStream);
        await pipeline(source, createWriteStream(unfinished));
        await rename(unfinished, file);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      return { ...(await describe(bucket, key)), mimetype, cacheControl };
    },
    deleteObject: (bucket, key) => remove(bucket, key),
    async deleteObjects(bucket, keys) {
      for (const key of keys) await remove(bucket, key);
    },
    async copyObject(sourceBucket, source, _version, bucket, key) {
      const file = fileOf(bucket, key);
      await mkdir(dirname(file), { recursive: true });
      await copyFile(fileOf(sourceBucket, source), file);
      const { eTag, lastModified } = await describe(bucket, key);
      return { httpStatusCode: 200, eTag, lastModified };
    },
    headObject: (bucket, key) => describe(bucket, key),
    privateAssetUrl: async (bucket, key) => `file://${fileOf(bucket, key)}`,
  };
}

function fileName(part: string): string {
  const name = encodeURIComponent(part).replaceAll(".", "%2E");
  return name.length <= 200 ? name : createHash("sha256").update(part).digest("hex");
}

const types: Record<string, string> = {
  ".pdf": "application/pdf",
  ".json": "application/json",
  ".txt": "text/plain",
  ".csv": "text/csv",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
  ".mp4": "video/mp4",
  ".zip": "application/zip",
};
