import { createClient } from "@supabase/supabase-js";

/** Removes objects from Storage. */
export type StoredFiles = {
  /** Removes an object; one that is not there is fine. */
  remove(bucket: string, path: string): Promise<void>;
};

/** Opens Storage with the secret key. */
export function openStoredFiles(supabaseUrl: string, secretKey: string): StoredFiles {
  const options = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };
  const { storage } = createClient(supabaseUrl, secretKey, options);
  return {
    async remove(bucket, path) {
      const { error } = await storage.from(bucket).remove([path]);
      if (error && !/not found/i.test(error.message))
        throw new Error(`The file ${bucket}/${path} could not be removed from Storage: ${error.message}`, {
          cause: error,
        });
    },
  };
}
