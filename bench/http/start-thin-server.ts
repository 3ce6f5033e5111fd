import { fork } from "node:child_process";
import { join } from "node:path";

/** A thin server in a process of its own. */
export type ThinServer = { url: string; stop(): Promise<void> };

/** Starts bench/thin-server.ts on the database of the floor and resolves when it accepts requests. */
export function startThinServer(databaseUrl: string): Promise<ThinServer> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "..", "thin-server.ts"), {
      env: { ...process.env, DATABASE_URL: databaseUrl },
    });
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The thin server ended early (${code}).`)));
    child.once("message", (port) => {
      resolve({
        url: `http://127.0.0.1:${port}`,
        async stop() {
          child.kill("SIGTERM");
          await ended;
        },
      });
    });
  });
}
