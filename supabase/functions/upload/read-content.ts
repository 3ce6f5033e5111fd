import { imageSize } from "image-size";
import { BUCKETS } from "../_shared/buckets.ts";
import { Problem } from "../_shared/problem.ts";
import { type FileFacts, readFacts } from "../_shared/read-facts.ts";

/** What bytes are, found out from themselves. */
export type Facts = FileFacts & { width?: number; height?: number };

/** Says what an upload is. Refuses `file_too_large`, and `media_type_not_allowed` for a picture that is none. */
export async function readContent(kind: "image" | "file", blob: Blob): Promise<Facts> {
  const { bytes, facts } = await readFacts(blob, BUCKETS[kind === "image" ? "media" : "downloads"].fileSizeLimit);
  return kind === "image" ? { ...facts, ...sizeOf(bytes, facts.mime_type) } : facts;
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
