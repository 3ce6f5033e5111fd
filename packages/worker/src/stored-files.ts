import { createClient } from "@supabase/supabase-js";

/** Reads, keeps and removes objects of Storage. */
export type StoredFiles = {
  /** Removes an object; one that is not there is fine. */
  remove(bucket: string, path: string): Promise<void>;
  /** The bytes of an object as they arrive; null when there is none. */
  open(bucket: string, path: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** Keeps an object under a name, in place of one that is there; makes the private bucket when it is missing. */
  keep(bucket: string, path: string, bytes: Buffer, contentType: string): Promise<void>;
};

/** What Storage answers when something is refused; hosted Supabase and the embedded stack fill in different fields. */
type Refusal = { message: string; status?: number; statusCode?: string };

/** Opens Storage with the secret key. */
export function openStoredFiles(supabaseUrl: string, secretKey: string): StoredFiles {
  const options = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };
  const { storage } = createClient(supabaseUrl, secretKey, options);
  return {
    async remove(bucket, path) {
      const { error } = await storage.from(bucket).remove([path]);
      if (error && !/not found/i.test(error.message)) throw failed(bucket, path, "removed from", error);
    },
    async open(bucket, path) {
      const { data, error } = await storage.from(bucket).download(path);
      if (!error) return data.stream();
      if (isMissing(error as Refusal)) return null;
      throw failed(bucket, path, "read from", error);
    },
    async keep(bucket, path, bytes, contentType) {
      const upload = () => storage.from(bucket).upload(path, bytes, { contentType, upsert: true });
      let { error } = await upload();
      if (error && /bucket not found/i.test(error.message)) {
        await storage.createBucket(bucket, { public: false, fileSizeLimit: 50 * 1024 * 1024 });
        ({ error } = await upload());
      }
      if (error) throw failed(bucket, path, "kept in", error);
    },
  };
}

function isMissing({ message, status, statusCode }: Refusal): boolean {
  return status === 404 || statusCode === "404" || /not.?found|does not exist/i.test(message);
}

function failed(bucket: string, path: string, what: string, cause: Error): Error {
  return new Error(`The file ${bucket}/${path} could not be ${what} Storage: ${cause.message}`, { cause });
}
