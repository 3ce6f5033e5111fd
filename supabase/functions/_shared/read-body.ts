import { Problem } from "./problem.ts";

/** The body as the exact text that was signed; refuses with 413 as soon as it is larger than `limit` bytes. */
export async function readBody(request: Request, limit: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return new TextDecoder().decode(body);
}

function tooLarge(limit: number): Problem {
  return new Problem("body_too_large", 413, `The body is larger than ${limit} bytes.`, {
    hint: "Nothing that belongs here is that large; check what is sending it.",
  });
}
