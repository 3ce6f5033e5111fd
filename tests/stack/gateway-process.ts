import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Keys, keysFile, loadKeys } from "../../packages/stack/src/keys.ts";
import { freePorts } from "../support/free-ports.ts";

/** A request as the other side of the gateway saw it. */
export type Seen = { method: string; url: string; headers: Record<string, string | undefined>; body: Buffer };

/** A server that stands behind a gateway under test: it keeps what it gets and answers with it. */
export type Echo = { url: string; seen: Seen[]; close(): Promise<void> };

/** A gateway under test, as its own process with its own keys. */
export type GatewayProcess = { url: string; home: string; keys: Keys; stop(): Promise<void> };

/** Starts an echo; whoever starts it closes it. `/size/<bytes>` answers with that many bytes, `/cut` breaks off in the middle, `/refuse/<code>` refuses with 400. */
export async function startEcho(): Promise<Echo> {
  const seen: Seen[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    seen.push({
      method: req.method ?? "",
      url: req.url ?? "",
      headers: req.headers as never,
      body: Buffer.concat(chunks),
    });
    const size = Number(/^\/size\/(\d+)/.exec(req.url ?? "")?.[1] ?? 0);
    res.setHeader("access-control-allow-origin", "https://elsewhere.test");
    res.setHeader("content-range", "0-0/1");
    res.setHeader("server", "echo");
    if (req.url === "/cut") {
      res.setHeader("content-length", "1000");
      res.write("half", () => res.destroy());
    } else if (req.url?.startsWith("/refuse/")) {
      res.writeHead(400).end(JSON.stringify({ code: req.url.slice("/refuse/".length), message: "" }));
    } else if (size) res.end(Buffer.alloc(size, 97));
    else res.end(JSON.stringify({ ok: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close };
}

/** Starts a gateway in front of the given addresses and resolves when it listens; whoever starts it stops it. */
export async function startGatewayProcess(env: {
  POSTGREST_URL: string;
  FUNCTIONS_URL: string;
  DATABASE_URL: string;
  SMTP_URL?: string;
  AUTH_REQUIRE_CONFIRMATION?: string;
  SITE_URL?: string;
  /** Keys of another home instead of new ones. */
  SEATLINE_KEYS?: string;
}): Promise<GatewayProcess> {
  const home = mkdtempSync(join(tmpdir(), "seatline-gateway-"));
  const keys = loadKeys(home);
  const port = await freePorts(1);
  const config = join(home, "config.toml");
  writeFileSync(
    config,
    '[auth]\nsite_url = "http://shop.test"\n\n[functions.stripe-webhook]\nverify_jwt = false\n\n[functions.checkout]\nverify_jwt = true\n',
  );
  const child = spawn(process.execPath, ["packages/stack/src/gateway/main.ts"], {
    env: {
      ...process.env,
      GATEWAY_PORT: String(port),
      SEATLINE_KEYS: keysFile(home),
      SMTP_URL: "smtp://127.0.0.1:9",
      SUPABASE_CONFIG: config,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await listening(child);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(home, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, home, keys, stop };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (chunk: Buffer) => {
      output += chunk;
      if (output.includes("gateway listens")) resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", () => reject(new Error(`The gateway ended before it listened:\n${output}`)));
  });
}

/** Sends a request exactly as written: the path is not tidied, any header may be set. */
export function sendRaw(
  url: string,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer[] } = {},
): Promise<{ status: number; headers: IncomingMessage["headers"]; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const { method = "GET", path = "/", headers = {}, body } = options;
    const req = request({ hostname, port, method, path, headers }, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk) => {
        text += chunk;
      });
      res.on("end", () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      res.on("error", reject);
    });
    req.on("error", reject);
    if (Array.isArray(body)) {
      for (const chunk of body) req.write(chunk);
      req.end();
    } else req.end(body);
  });
}

/** Sends these very bytes and gives what comes back until the connection ends. */
export function sendBytes(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(10_000, () => socket.destroy(new Error("no end within 10 s")));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

/** An address nobody has used in this run. */
export const newEmail = (): string => `${randomUUID()}@example.test`;
