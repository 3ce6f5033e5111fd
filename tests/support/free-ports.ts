import { createServer } from "node:net";

const LOWEST = 20_000;
const PER_WORKER = 2_000;
const WORKERS = 6;

/**
 * Finds `count` neighbouring free ports on 127.0.0.1, below the range that the system hands to outgoing connections, and gives the first. Each
 * worker of vitest has a range of its own, so that no file takes the ports of a stack that another file has stopped and will start again.
 */
export async function freePorts(count: number): Promise<number> {
  const range = LOWEST + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * PER_WORKER;
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = range + Math.floor(Math.random() * (PER_WORKER - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error(`No ${count} neighbouring free ports found on 127.0.0.1. Stop what occupies ports 20000 to 32000.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
