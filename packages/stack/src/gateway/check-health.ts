import type { Pool } from "undici";
import type { Upstreams } from "./choose-target.ts";
import type { SessionWatch } from "./watch-sessions.ts";

/** Which pieces answer; `ok` when all do. */
export type Health = { ok: boolean; database: boolean; rest: boolean; auth: boolean };

/** Makes the check behind `/health`. It asks each piece for something small and waits two seconds at most. */
export function createHealthCheck(sessions: SessionWatch, upstreams: Upstreams): () => Promise<Health> {
  return async () => {
    const [database, rest, auth] = await Promise.all([
      sessions.ping(),
      answers(upstreams.rest, "OPTIONS", "/"),
      answers(upstreams.auth, "GET", "/auth/v1/health"),
    ]);
    return { ok: database && rest && auth, database, rest, auth };
  };
}

async function answers(pool: Pool, method: "GET" | "OPTIONS", path: string): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request({ method, path, headersTimeout: 2_000 });
    await body.dump();
    return statusCode < 500;
  } catch {
    return false;
  }
}
