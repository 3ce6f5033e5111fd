import { fileTypeFromBuffer } from "file-type";
import { Problem } from "./problem.ts";

/** What a file is, found out from its bytes alone. */
export type FileFacts = { mime_type: string; byte_size: number; sha256: string };

/** Says what a file is, whatever its name and header say. Refuses `file_too_large` for one that is empty or larger than `limit` bytes. */
export async function readFacts(blob: Blob, limit: number): Promise<{ bytes: Uint8Array; facts: FileFacts }> {
  if (blob.size > limit || blob.size === 0) {
    throw new Problem("file_too_large", 413, `This takes 1 to ${limit} bytes, not ${blob.size}.`, {
      hint: blob.size === 0 ? "Send the bytes of the file." : "Make the file smaller.",
    });
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const mime_type = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime ?? "application/octet-stream";
  return { bytes, facts: { mime_type, byte_size: bytes.length, sha256: await sha256(bytes) } };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
