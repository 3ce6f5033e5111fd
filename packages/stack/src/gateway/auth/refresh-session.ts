import type { AuthDeps } from "./auth-deps.ts";
import { AuthProblem } from "./auth-problem.ts";

/** Exchanges a refresh token for a new session. */
export type Refresh = (refreshToken: string | null) => Promise<Record<string, unknown>>;

/** Two tabs, or a repeated request, may use one refresh token within this time and get the same answer, as in Supabase Auth. */
const sameAnswerFor = 10_000;

/** Makes the exchange. A refresh token used again later ends its whole session: someone has a copy. */
export function createRefresh({ lite, sql, sessions, reissue }: AuthDeps): Refresh {
  const recent = new Map<string, Promise<Record<string, unknown>>>();

  const exchange = async (token: string): Promise<Record<string, unknown>> => {
    const [owner] = await sql<{ session_id: string | null; barred: boolean }[]>`
      select refresh_tokens.session_id, coalesce(users.banned_until > now(), false) or users.deleted_at is not null as barred
      from auth.refresh_tokens join auth.users on users.id = refresh_tokens.user_id
      where refresh_tokens.token = ${token}
    `;
    if (!owner) throw notFound();
    if (owner.barred) {
      if (owner.session_id) await sessions.endOne(owner.session_id);
      throw new AuthProblem(400, "user_banned", "User is banned");
    }
    try {
      return await lite.auth("POST", "/token?grant_type=refresh_token", { body: { refresh_token: token } });
    } catch (problem) {
      const reused = problem instanceof AuthProblem && problem.code === "refresh_token_already_used";
      if (reused && owner.session_id) await sessions.endOne(owner.session_id);
      throw problem;
    }
  };

  return async (token) => {
    if (!token) throw new AuthProblem(400, "validation_failed", "refresh_token is required.");
    const running = recent.get(token);
    if (running) {
      const answer = await running;
      // What was answered may have ended since, by a sign-out for example.
      const [there] = await sql`select from auth.refresh_tokens where token = ${String(answer.refresh_token)}`;
      if (!there) throw notFound();
      return answer;
    }
    const answer = exchange(token).then((session) => reissue(session));
    recent.set(token, answer);
    answer.then(
      () => setTimeout(() => recent.delete(token), sameAnswerFor).unref(),
      () => recent.delete(token),
    );
    return answer;
  };
}

const notFound = (): AuthProblem =>
  new AuthProblem(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
