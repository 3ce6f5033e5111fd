const PATTERN = /^[A-Za-z0-9._:-]{1,128}$/;

/** The request id that the gateway or the caller sent, or a new one; it follows the sale from here to the mail. */
export function requestId(request: Request): string {
  const sent = request.headers.get("x-request-id");
  return sent && PATTERN.test(sent) ? sent : crypto.randomUUID();
}
