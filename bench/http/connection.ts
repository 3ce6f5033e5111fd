import { connect, type Socket } from "node:net";

/** What a server answered. */
export type Answer = { status: number; body: string; ms: number };

/** One kept-alive connection that sends one request at a time. */
export type Connection = {
  /** Sends a request made by `requestTo` and resolves with the answer. Rejects when the connection breaks. */
  send(request: Buffer): Promise<Answer>;
  close(): void;
};

/** Makes the bytes of a request once, so that sending it again costs nothing. */
export function requestTo(
  url: string,
  options: { method?: "GET" | "POST"; headers?: Record<string, string>; body?: unknown } = {},
): Buffer {
  const { host, pathname, search } = new URL(url);
  const body = options.body === undefined ? "" : JSON.stringify(options.body);
  const headers: Record<string, string> = { host, ...options.headers };
  if (body) Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const method = options.method ?? (body ? "POST" : "GET");
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}

/**
 * Opens a connection to the host of `url`. It reads just enough of HTTP/1.1 for the servers measured here: node:http and fetch take
 * several times the processor, which on a small machine comes off the server's figure.
 */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = await open(hostname, Number(port));
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void; since: number } | null = null;
  let received: Buffer = Buffer.alloc(0);
  let broken: Error | null = null;

  const fail = (error: Error) => {
    broken = error;
    waiting?.reject(error);
    waiting = null;
  };
  socket.on("data", (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = parse(received);
    if (!answer || !waiting) return;
    received = Buffer.alloc(0);
    const { resolve, since } = waiting;
    waiting = null;
    resolve({ ...answer, ms: performance.now() - since });
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error(`${url} closed the connection`)));

  return {
    send(request) {
      return new Promise((resolve, reject) => {
        if (broken) return reject(broken);
        waiting = { resolve, reject, since: performance.now() };
        socket.write(request);
      });
    },
    close() {
      socket.destroy();
    },
  };
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

/** The answer in these bytes, or null while it is not complete. */
function parse(bytes: Buffer): { status: number; body: string } | null {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return null;
  const head = bytes.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const start = end + 4;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const until = start + Number(length);
    return bytes.length < until ? null : { status, body: bytes.toString("utf8", start, until) };
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    if (!bytes.subarray(-5).equals(lastChunk)) return null;
    return { status, body: joinChunks(bytes.subarray(start)) };
  }
  return { status, body: "" };
}

function joinChunks(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (!size) break;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts).toString("utf8");
}
