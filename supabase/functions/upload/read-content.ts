import { fileTypeFromBuffer } from "file-type";
import { imageSize } from "image-size";
import { BUCKETS } from "../_shared/buckets.ts";
import { Problem } from "../_shared/problem.ts";

/** What bytes are, found out from themselves. */
export type Facts = { mime_type: string; byte_size: number; sha256: string; width?: number; height?: number };

/** Says what an upload is. Refuses `file_too_large`, and `media_type_not_allowed` for a picture that is none. */
export async function readContent(kind: "image" | "file", blob: Blob): Promise<Facts> {
  const limit = BUCKETS[kind === "image" ? "media" : "downloads"].fileSizeLimit;
  if (blob.size > limit || blob.size === 0) {
    throw new Problem("file_too_large", 413, `This takes 1 to ${limit} bytes, not ${blob.size}.`, {
      hint: "Make the file smaller.",
    });
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const mime_type = (await fileTypeFromBuffer(bytes))?.mime ?? "application/octet-stream";
  const facts = { mime_type, byte_size: bytes.length, sha256: await sha256(bytes) };
  return kind === "image" ? { ...facts, ...sizeOf(bytes, mime_type) } : facts;
}

function sizeOf(bytes: Uint8Array, type: string): { width: number; height: number } {
  const allowed = BUCKETS.media.allowedMimeTypes ?? [];
  try {
    const { width, height } = imageSize(bytes);
    if (allowed.includes(type) && width > 0 && height > 0) return { width, height };
  } catch {
    // what cannot be measured is no picture, whatever its first bytes say
  }
  throw new Problem("media_type_not_allowed", 422, "These bytes are not a picture that can be shown.", {
    hint: `Send one of ${allowed.join(", ")}.`,
    details: type,
  });
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
