import { createServer, type Server } from "node:http";
import type { Metrics } from "./metrics.ts";

/** What /health tells: `ok` false means that this worker should be restarted or cannot reach its database. */
export type Health = { ok: boolean; [fact: string]: unknown };

/** Serves GET /health (200 or 503) and GET /metrics (Prometheus text). */
export async function serveHealth(
  address: { host: string; port: number },
  health: () => Promise<Health>,
  metrics: Metrics,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split("?")[0];
    try {
      if (path === "/health") {
        const facts = await health();
        response.writeHead(facts.ok ? 200 : 503, { "content-type": "application/json" }).end(JSON.stringify(facts));
      } else if (path === "/metrics") {
        response.writeHead(200, { "content-type": metrics.registry.contentType }).end(await metrics.registry.metrics());
      } else {
        response.writeHead(404, { "content-type": "text/plain" }).end("The worker answers /health and /metrics.\n");
      }
    } catch {
      if (!response.headersSent) response.writeHead(503).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(address.port, address.host, () => resolve());
  });
  return server;
}
