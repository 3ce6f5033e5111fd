import type { Pool } from "undici";

/** Where a request goes on to. */
export type Target = {
  pool: Pool;
  /** Path and query at the target. */
  path: string;
  /** Headers set by the gateway, as name, value, name, value. They replace what the client sent under these names. */
  headers: string[];
  /** Names the gateway took out or replaced, in lower case. */
  without: ReadonlySet<string>;
  /** Largest body in bytes. */
  bodyLimit: number;
  /** What the target is called in a refusal. */
  name: string;
  requestId: string;
};
