import type { ServerResponse } from "node:http";
import { exposedHeaders } from "./cross-origin.ts";

/** A refusal: a stable word, a sentence that says what is wrong and one that says what to do. */
export type Refusal = { status: number; code: string; message: string; hint?: string; retryAfter?: number };

/**
 * Answers with `{code, message, details, hint}`. `msg` and `error_code` repeat it in the words of Supabase Auth, so that supabase-js
 * shows the sentence for every path.
 */
export function refuse(res: ServerResponse, requestId: string, refusal: Refusal): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, code, message, hint = null, retryAfter } = refusal;
  const body = JSON.stringify({ code, message, details: null, hint, error_code: code, msg: message });
  const headers: Record<string, string | number> = {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposedHeaders,
    "x-request-id": requestId,
  };
  if (retryAfter !== undefined) headers["retry-after"] = retryAfter;
  if (status === 413 || status === 400) headers.connection = "close";
  res.writeHead(status, headers);
  res.end(body);
}
