import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Pool } from "undici";
import type { GatewaySettings } from "../read-settings.ts";

/** Auth and Storage, to be called through their own connections. */
export type StartedAuth = {
  pool: Pool;
  /** Resolves when they take requests; rejects when they ended before. */
  ready: Promise<void>;
  stop(): Promise<void>;
};

/** What the service tells the gateway. */
export type AuthNotice = { ready: true } | { ended: string[] };

/**
 * Starts Auth and Storage on a thread of its own: a password check keeps a core busy for a tenth of a second, and the requests that
 * only pass through must not wait for it. They listen on a socket in a folder that only this account can enter.
 */
export function startAuth(settings: GatewaySettings, onEnded: (sessionIds: string[]) => void): StartedAuth {
  const socketPath = socketPathIn(settings.home);
  let stopping = false;
  let worker: Worker;
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      rmSync(socketPath, { force: true });
      worker = new Worker(new URL("./serve-auth.ts", import.meta.url), { workerData: { settings, socketPath } });
      worker.on("message", (notice: AuthNotice) => {
        if ("ended" in notice) onEnded(notice.ended);
        else resolve();
      });
      worker.on("error", (error) => {
        console.error("Auth stopped with an error:", error);
        reject(error);
      });
      worker.on("exit", () => {
        reject(new Error("Auth ended before it was ready."));
        if (!stopping) setTimeout(() => run().catch(() => {}), 500);
      });
    });
  const ready = run();
  ready.catch(() => {}); // told to whoever waits for it
  const pool = new Pool("http://auth.localhost", {
    socketPath,
    connections: 32,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  });
  return {
    pool,
    ready,
    async stop() {
      stopping = true;
      await pool.destroy();
      const ended = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("stop");
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
      await worker.terminate();
      rmSync(socketPath, { force: true });
    },
  };
}

/** A socket path has at most 107 characters; a deep home gets a folder elsewhere. */
function socketPathIn(home: string): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\seatline-${process.pid}`;
  const own = join(home, "auth");
  if (own.length > 90) return join(mkdtempSync(join(tmpdir(), "seatline-auth-")), "socket");
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(own, 0o700);
  return join(own, "socket");
}
