/** What to run: one statement, by so many connections at once, each as fast as it is answered. */
export type Load = {
  url: string;
  statement: string;
  clients: number;
  /** Seconds that count. */
  seconds: number;
  /** Seconds before that: new connections compile their functions and plans first. */
  warmUp: number;
};

/** Puts load on a database and measures it. */
export type Driver = {
  name: "pgbench" | "postgres.js";
  /** What the driver means for a ratio, for people. */
  note: string;
  /** Transactions per second after the warm-up. Throws when a statement fails. */
  run(load: Load, signal: AbortSignal): Promise<number>;
};

/**
 * Seconds before a rate counts. A new connection needs some fifty milliseconds of processor for its functions and plans, so many connections need
 * longer: with one second the rate of 32 clients was mostly that.
 */
export function warmUpOf(clients: number, seconds: number): number {
  return Math.max(seconds > 2 ? 2 : 1, Math.ceil(clients / 8));
}
