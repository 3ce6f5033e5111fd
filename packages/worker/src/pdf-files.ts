import { createClient } from "@supabase/supabase-js";

/** The private buckets of PDFs; supabase/config.toml has the same limits. */
export const INVOICE_BUCKET = "invoices";
export const CERTIFICATE_BUCKET = "certificates";
const LIMITS = { public: false, fileSizeLimit: 5 * 1024 * 1024, allowedMimeTypes: ["application/pdf"] };

/** Keeps PDFs of one kind in Storage. */
export type PdfFiles = {
  /** Keeps a file under a name for good and gives what is kept there: these bytes, or those that were kept before. */
  keep(name: string, bytes: Buffer): Promise<Buffer>;
  read(name: string): Promise<Buffer>;
};

/** What Storage answers when something is refused; hosted Supabase and the embedded stack fill in different fields. */
type Refusal = { message: string; status?: number; statusCode?: string };

/** Opens a bucket with the secret key; it is made on the first file when it is not there. */
export function openPdfFiles(supabaseUrl: string, secretKey: string, bucketName: string): PdfFiles {
  const options = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };
  const { storage } = createClient(supabaseUrl, secretKey, options);
  const bucket = storage.from(bucketName);
  const upload = async (name: string, bytes: Buffer): Promise<Refusal | null> => {
    const { error } = await bucket.upload(name, bytes, { contentType: "application/pdf", upsert: false });
    return error as Refusal | null;
  };
  const read = async (name: string): Promise<Buffer> => {
    const { data, error } = await bucket.download(name);
    if (error) throw new Error(`The file ${name} could not be read from Storage: ${error.message}`, { cause: error });
    return Buffer.from(await data.arrayBuffer());
  };
  return {
    read,
    async keep(name, bytes) {
      let refusal = await upload(name, bytes);
      if (refusal && /bucket not found/i.test(refusal.message)) {
        const { error } = await storage.createBucket(bucketName, LIMITS);
        if (error && !alreadyThere(error as Refusal)) throw notKept(name, error);
        refusal = await upload(name, bytes);
      }
      if (!refusal) return bytes;
      if (alreadyThere(refusal)) return await read(name);
      throw notKept(name, refusal);
    },
  };
}

function alreadyThere({ message, status, statusCode }: Refusal): boolean {
  return status === 409 || statusCode === "409" || /already exists|duplicate/i.test(message);
}

function notKept(name: string, refusal: Refusal): Error {
  return new Error(`Storage did not keep ${name}: ${refusal.message}`, { cause: refusal });
}
