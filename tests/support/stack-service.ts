import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Stack, startStack } from "../../packages/stack/src/index.ts";
import { freePorts } from "./free-ports.ts";

/** A local address where test files ask for the run's whole stack, and how to end it. */
export type StackService = { url: string; stop(): Promise<void> };

/**
 * Listens for the first test file that needs the whole stack and starts it then, once, in a folder of its own: a run of SQL tests alone
 * never waits for it. POST answers with its addresses and keys.
 */
export async function serveStack(folder: string): Promise<StackService> {
  let stack: Promise<Stack> | undefined;
  const start = async () => {
    const settings = { fsync: "off", full_page_writes: "off", shared_buffers: "128MB" };
    return startStack({ home: join(folder, "stack"), port: await freePorts(11), simulatorDelay: "0-50", settings });
  };
  const server = createServer(async (_request, response) => {
    try {
      stack ??= start();
      const { home, urls, keys, ports } = await stack;
      response.end(JSON.stringify({ home, urls, keys, ports }));
    } catch (error) {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.stack : String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      await stack?.then((running) => running.stop()).catch(() => {});
    },
  };
}
