import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

/** One request as it arrived. */
export type Received = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: unknown;
};

/** What to answer one request with: an answer, `drop` (the connection breaks) or `silence` (no answer ever). */
export type Answer =
  | { status?: number; body?: unknown; text?: string; headers?: Record<string, string> }
  | "drop"
  | "silence";

/** A server that gives the scripted answers in their order, repeats the last one, and remembers what it was asked. */
export async function scriptedServer(...answers: Answer[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const answer = answers[Math.min(received.length, answers.length - 1)] ?? { body: [] };
    received.push(await read(request));
    give(answer, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const url = new URL(request.url ?? "/", "http://server");
  const body = text === "" ? undefined : JSON.parse(text);
  return { method: request.method ?? "", path: url.pathname, query: url.searchParams, headers: request.headers, body };
}

function give(answer: Answer, response: ServerResponse): void {
  if (answer === "drop") response.destroy();
  if (typeof answer === "string") return;
  response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
  response.end(answer.text ?? JSON.stringify(answer.body ?? []));
}
