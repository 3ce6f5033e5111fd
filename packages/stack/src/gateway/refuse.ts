import type { ServerResponse } from "node:http";
import { exposedHeaders } from "./cross-origin.ts";

/** A refusal: a stable word, a sentence that says what is wrong and one that says what to do. */
export type Refusal = { status: number; code: string; message: string; hint?: string; retryAfter?: number };

/**
 * Answers with `{code, message, details, hint}`. Under `/auth/v1` the words of Supabase Auth stand beside them, so that supabase-js
 * shows the sentence there too.
 */
export function refuse(
  res: ServerResponse,
  requestId: string,
  refusal: Refusal,
  options: { auth?: boolean } = {},
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, code, message, hint = null, retryAfter } = refusal;
  const own = { code, message, details: null, hint };
  const body = JSON.stringify(options.auth ? { ...own, error_code: code, msg: message } : own);
  const headers: Record<string, string | number> = {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "private, no-store",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposedHeaders,
    "x-request-id": requestId,
  };
  if (retryAfter !== undefined) headers["retry-after"] = retryAfter;
  res.writeHead(status, headers);
  res.end(body);
}

/** Answers with JSON the gateway made itself. */
export function answerJson(res: ServerResponse, requestId: string, status: number, body: string, cache: string): void {
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": cache,
    "access-control-allow-origin": "*",
    "x-request-id": requestId,
  });
  res.end(body);
}
