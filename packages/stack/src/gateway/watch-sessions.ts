import postgres from "postgres";

/** Knows which sessions still live, so that a token stops working when its session ends. */
export type SessionWatch = {
  /** True when the session lived at the last look. A session not seen yet is looked up first. Rejects while the database is away. */
  isAlive(sessionId: string): boolean | Promise<boolean>;
  /** Ends sessions here at once; used when this process ended them in the database. */
  end(sessionIds: string[]): void;
  /** Whether the database answers. */
  ping(): Promise<boolean>;
  stop(): Promise<void>;
};

/** How often sessions in use are compared with the database, which other processes change too. */
const lookEvery = 2_000;
/** A session not used this long is forgotten and looked up again. */
const forgetAfter = 120_000;

/** Watches `auth.sessions` of one database: one query for all sessions in use every two seconds, none while idle. */
export function watchSessions(databaseUrl: string): SessionWatch {
  const sql = postgres(databaseUrl, { max: 2, idle_timeout: 60, connect_timeout: 5, onnotice: () => {} });
  const lastUsed = new Map<string, number>();
  // A look-up that began before a session ended must not bring it back.
  const justEnded = new Map<string, number>();
  let waiting: { ids: Set<string>; result: Promise<Set<string>> } | null = null;

  const living = async (ids: string[]): Promise<Set<string>> => {
    const rows = await sql<{ id: string }[]>`
      select id from auth.sessions where id = any(${ids}::uuid[]) and (not_after is null or not_after > now())
    `;
    return new Set(rows.map((row) => row.id));
  };

  // Many first requests at once make one query.
  const lookUp = async (sessionId: string): Promise<boolean> => {
    if (!uuid.test(sessionId)) return false;
    if (!waiting) {
      const ids = new Set<string>();
      const result = Promise.resolve().then(() => {
        waiting = null;
        return living([...ids]);
      });
      waiting = { ids, result };
    }
    waiting.ids.add(sessionId);
    const alive = (await waiting.result).has(sessionId) && !justEnded.has(sessionId);
    if (alive) lastUsed.set(sessionId, Date.now());
    return alive;
  };

  const look = async (): Promise<void> => {
    const now = Date.now();
    for (const [id, at] of justEnded) if (now - at > 60_000) justEnded.delete(id);
    for (const [id, used] of lastUsed) if (now - used > forgetAfter) lastUsed.delete(id);
    const ids = [...lastUsed.keys()];
    if (ids.length === 0) return;
    const alive = await living(ids);
    for (const id of ids) if (!alive.has(id)) lastUsed.delete(id);
  };
  const timer = setInterval(() => {
    // While the database is away nothing it holds can be reached either; the next look tries again.
    look().catch(() => {});
  }, lookEvery);
  timer.unref();

  return {
    isAlive(sessionId) {
      if (!lastUsed.has(sessionId)) return lookUp(sessionId);
      lastUsed.set(sessionId, Date.now());
      return true;
    },
    end(sessionIds) {
      for (const id of sessionIds) {
        lastUsed.delete(id);
        justEnded.set(id, Date.now());
      }
    },
    async ping() {
      try {
        await Promise.race([
          sql`select 1`,
          new Promise((_, reject) => setTimeout(() => reject(new Error("no answer in 2 s")), 2_000).unref()),
        ]);
        return true;
      } catch {
        return false;
      }
    },
    async stop() {
      clearInterval(timer);
      await sql.end({ timeout: 1 });
    },
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
