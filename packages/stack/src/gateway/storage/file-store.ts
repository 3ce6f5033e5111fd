import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { App } from "@supabase/lite";

/** The part of lite that keeps the bytes. */
export type ObjectStore = NonNullable<App["_storageAdapter"]>;

/** What is kept about a file beside it. */
type Facts = { mimetype: string; cacheControl: string };

/** Keeps objects as files, `<folder>/<bucket>/<key>`. A file appears under its name only when it is complete. */
export function createFileStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const fileOf = (bucket: string, key: string): string => {
    // Folders and files get endings of our own, so that the object `a` and the object `a/b` can exist together.
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
      ...(await readFacts(file)),
      contentLength: found.size,
      size: found.size,
      lastModified: found.mtime,
      eTag: `"${createHash("sha256").update(`${file}:${found.mtimeMs}:${found.size}`).digest("hex").slice(0, 32)}"`,
    };
  };
  const remove = async (bucket: string, key: string): Promise<void> => {
    const file = fileOf(bucket, key);
    await rm(file, { force: true });
    await rm(factsOf(file), { force: true });
  };
  return {
    driver: null,
    async getObject(bucket, key) {
      // opened first: who removes it meanwhile takes nothing away from who reads
      const file = await open(fileOf(bucket, key)).catch(nothingThere);
      const metadata = await describe(bucket, key).catch(nothingThere);
      if (!file || !metadata) {
        await file?.close();
        return { metadata: gone, httpStatusCode: 404 };
      }
      const body = Readable.toWeb(file.createReadStream()) as unknown as ReadableStream;
      return { metadata, httpStatusCode: 200, body };
    },
    async uploadObject(bucket, key, _version, body, mimetype, cacheControl) {
      const file = fileOf(bucket, key);
      await mkdir(dirname(file), { recursive: true });
      const unfinished = `${file}.${randomUUID()}`;
      try {
        const source = body instanceof Uint8Array ? [body] : Readable.fromWeb(body as ReadableStream);
        await pipeline(source, createWriteStream(unfinished));
        await writeFile(factsOf(file), JSON.stringify({ mimetype, cacheControl } satisfies Facts));
        await rename(unfinished, file);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      return describe(bucket, key);
    },
    deleteObject: (bucket, key) => remove(bucket, key),
    async deleteObjects(bucket, keys) {
      for (const key of keys) await remove(bucket, key);
    },
    async copyObject(sourceBucket, source, _version, bucket, key) {
      const [from, to] = [fileOf(sourceBucket, source), fileOf(bucket, key)];
      await mkdir(dirname(to), { recursive: true });
      await writeFile(factsOf(to), JSON.stringify(await readFacts(from)));
      await copyFile(from, to);
      const { eTag, lastModified } = await describe(bucket, key);
      return { httpStatusCode: 200, eTag, lastModified };
    },
    headObject: (bucket, key) => describe(bucket, key),
    privateAssetUrl: async (bucket, key) => `file://${fileOf(bucket, key)}`,
  };
}

// What lite is told of an object whose bytes are gone: it makes 404 of it.
const gone = { mimetype: "", cacheControl: "", contentLength: 0, size: 0, eTag: "", lastModified: new Date(0) };

function nothingThere(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

const factsOf = (file: string): string => `${file.slice(0, -2)}.facts`;

async function readFacts(file: string): Promise<Facts> {
  try {
    return JSON.parse(await readFile(factsOf(file), "utf8"));
  } catch {
    return { mimetype: "application/octet-stream", cacheControl: "no-cache" };
  }
}

function fileName(part: string): string {
  const name = encodeURIComponent(part).replaceAll(".", "%2E");
  return name.length <= 200 ? name : createHash("sha256").update(part).digest("hex");
}
