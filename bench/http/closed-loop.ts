import { type Answer, type Connection, openConnection } from "./connection.ts";

/** What a loop of clients found. */
export type LoopResult = {
  /** Answers per second. */
  rate: number;
  /** Milliseconds per answer. */
  times: number[];
  /** How often each status was answered. */
  statuses: Record<number, number>;
  /** The first body that was not a success, to say what went wrong. */
  firstRefusal: string | null;
};

/** How long a loop runs: seconds that count after some that do not, or until `next` has no more requests. */
export type LoopLimits = { url: string; clients: number; seconds?: number; warmUp?: number; signal: AbortSignal };

/** Lets clients send what `next` gives them, each its next request as soon as the last one is answered. */
export async function closedLoop(limits: LoopLimits, next: (client: number) => Buffer | null): Promise<LoopResult> {
  const connections = await openAll(limits.url, limits.clients);
  const from = performance.now() + (limits.warmUp ?? 0) * 1000;
  const until = limits.seconds === undefined ? Number.POSITIVE_INFINITY : from + limits.seconds * 1000;
  const result: LoopResult = { rate: 0, times: [], statuses: {}, firstRefusal: null };
  const note = ({ status, body, ms }: Answer) => {
    result.times.push(ms);
    result.statuses[status] = (result.statuses[status] ?? 0) + 1;
    if (status >= 300) result.firstRefusal ??= `${status} ${body.slice(0, 500)}`;
  };
  const client = async (connection: Connection, index: number) => {
    while (performance.now() < until && !limits.signal.aborted) {
      const request = next(index);
      if (!request) return;
      const answer = await connection.send(request);
      const now = performance.now();
      if (now >= from && now < until) note(answer);
    }
  };
  try {
    await Promise.all(connections.map(client));
  } finally {
    for (const connection of connections) connection.close();
  }
  limits.signal.throwIfAborted();
  const elapsed = limits.seconds ?? (performance.now() - from) / 1000;
  result.rate = result.times.length / elapsed;
  return result;
}

/** As `closedLoop`, but throws when anything but a success was answered: a refusal is quick and would flatter the rate. */
export async function closedLoopOfSuccesses(
  limits: LoopLimits,
  next: (client: number) => Buffer | null,
): Promise<LoopResult> {
  const result = await closedLoop(limits, next);
  if (result.firstRefusal !== null) throw new Error(`${limits.url} refused a request: ${result.firstRefusal}`);
  return result;
}

async function openAll(url: string, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  // In small groups, so that the server's queue of new connections never overflows.
  while (connections.length < count) {
    const group = Math.min(50, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: group }, () => openConnection(url)))));
  }
  return connections;
}
