import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** An answer that is held back until it is complete, so that it can be named by its content. */
export type ConditionalAnswer = {
  /** Takes a piece of the body. False: it has grown too long, and all of it is on its way, without a name. */
  add(chunk: Buffer): boolean;
  /** Sends it with its ETag, or 304 without a body to a client that has it already. */
  end(): void;
};

/** A longer answer is streamed and has no ETag: holding it back would cost memory and the time until its first byte. */
const longest = 1024 * 1024;

/**
 * Holds an answer back if it is one that others may keep: the complete answer (200) to a GET whose Cache-Control is public. Null for any
 * other, and for one that has its name already, as pictures do. HEAD gets no ETag, which HTTP allows: naming the content would take making it.
 */
export function conditionalAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  headers: string[],
): ConditionalAnswer | null {
  if (req.method !== "GET" || status !== 200 || !isPublic(headers) || headerIn(headers, "etag")) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= longest) return true;
      res.writeHead(status, headers);
      for (const each of chunks) res.write(each);
      return false;
    },
    end() {
      const body = Buffer.concat(chunks, size);
      const etag = nameOf(body, headerIn(headers, "content-type") ?? "");
      if (hasAlready(req.headers["if-none-match"], etag)) {
        res.writeHead(304, [...without(headers, ofTheBody), "etag", etag]);
        res.end();
      } else {
        res.writeHead(status, [...without(headers, lengths), "content-length", String(size), "etag", etag]);
        res.end(body);
      }
    },
  };
}

/** Weak: whoever compresses the body on its way may keep the name, and only ranges of bytes need a strong one. */
function nameOf(body: Buffer, contentType: string): string {
  return `W/"${createHash("sha1").update(contentType).update("\n").update(body).digest("base64url")}"`;
}

/** Compares as If-None-Match asks for: weakly. */
function hasAlready(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((each) => each.replace(/^W\//, "") === etag.slice(2));
}

function isPublic(headers: string[]): boolean {
  return headerIn(headers, "cache-control")?.startsWith("public") ?? false;
}

function headerIn(headers: string[], name: string): string | undefined {
  const at = headers.findIndex((each, index) => index % 2 === 0 && each === name);
  return at === -1 ? undefined : headers[at + 1];
}

function without(headers: string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, index) => !names.has(headers[index - (index % 2)] as string));
}

const lengths: ReadonlySet<string> = new Set(["content-length"]);
const ofTheBody: ReadonlySet<string> = new Set([...lengths, "content-type", "content-range"]);
