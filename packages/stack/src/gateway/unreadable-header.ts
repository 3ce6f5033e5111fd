import type { IncomingMessage } from "node:http";
import type { Refusal } from "./refuse.ts";

/** Whether a header carries bytes beyond ASCII. PostgREST cannot read such a header and answers 500 to it. */
export function hasUnreadableHeader(req: IncomingMessage): boolean {
  return req.rawHeaders.some((part) => beyondAscii.test(part));
}

const beyondAscii = /[^\t\x20-\x7e]/;

/** The answer to such a request. */
export const unreadableHeader: Refusal = {
  status: 400,
  code: "bad_header",
  message: "A header contains characters beyond ASCII.",
  hint: "Percent-encode the value, or send it in the body.",
};
