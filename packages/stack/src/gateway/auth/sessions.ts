import type { Sql, TransactionSql } from "postgres";

/** Ends sessions with their refresh tokens; access tokens stop at the gateway at once. */
export type Sessions = {
  /** Ends all sessions of a user, or all but one. */
  endAll(userId: string, options?: { except?: string | null }): Promise<void>;
  /** Deletes all sessions of a user inside a transaction; call `announce` with the answer once it is committed. */
  deleteAll(tx: TransactionSql, userId: string): Promise<string[]>;
  announce(sessionIds: string[]): void;
  endOne(sessionId: string): Promise<void>;
  /** Makes the refresh tokens of a session useless and lets its access token run out. */
  dropRefreshTokens(sessionId: string): Promise<void>;
};

/** `onEnded` is told which sessions ended. */
export function createSessions(sql: Sql, onEnded: (sessionIds: string[]) => void): Sessions {
  const announce = (ids: string[]): void => {
    if (ids.length > 0) onEnded(ids);
  };
  const deleteAll = async (db: Sql | TransactionSql, userId: string, except: string | null): Promise<string[]> => {
    const rows = await db<{ id: string }[]>`
      delete from auth.sessions where user_id = ${userId} and id is distinct from ${except}::uuid returning id
    `;
    return rows.map((row) => row.id);
  };
  return {
    announce,
    deleteAll: (tx, userId) => deleteAll(tx, userId, null),
    async endAll(userId, { except = null } = {}) {
      announce(await deleteAll(sql, userId, except));
    },
    async endOne(sessionId) {
      await sql`delete from auth.sessions where id = ${sessionId}`;
      announce([sessionId]);
    },
    async dropRefreshTokens(sessionId) {
      await sql`delete from auth.refresh_tokens where session_id = ${sessionId}`;
    },
  };
}
