import { chmodSync } from "node:fs";
import { createServer } from "node:http";
import { flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { getRequestListener } from "@hono/node-server";
import type { GatewaySettings } from "../read-settings.ts";
import { createAuthService } from "./auth-service.ts";
import type { AuthNotice } from "./start-auth.ts";

// The thread that start-auth.ts starts.
const { settings, socketPath } = workerData as { settings: GatewaySettings; socketPath: string };
const notify = (notice: AuthNotice) => parentPort?.postMessage(notice);

process.on("unhandledRejection", (reason) => console.error("Auth: a promise was rejected and nobody looked:", reason));

const service = await createAuthService(settings, (ended) => notify({ ended }));
const server = createServer({ keepAliveTimeout: 120_000 }, getRequestListener(service.fetch));
server.listen(socketPath, () => {
  if (process.platform !== "win32") chmodSync(socketPath, 0o600);
  notify({ ready: true });
  flushCompileCache(); // each thread has its own
});

// The only thing the gateway ever says is that it is time to end: nothing new comes in, mails underway still go out.
parentPort?.once("message", () => {
  server.close();
  service.stop().then(() => process.exit(0));
});
