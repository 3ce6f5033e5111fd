import type { TokenSigner } from "../sign-tokens.ts";
import { tokenLifetime } from "./lite.ts";

/** Turns a session as lite gives it into one whose access token this project signed. */
export type Reissue = (session: Record<string, unknown>, method?: "password" | "otp") => Record<string, unknown>;

/** Makes the translation. Claims are those of Supabase Auth; `app_metadata` comes from the account, never from the request. */
export function createReissue(signer: TokenSigner, issuer: string): Reissue {
  return (session, method) => {
    if (typeof session.access_token !== "string") return session;
    const user = (session.user ?? {}) as Record<string, unknown>;
    const inside = claimsOf(session.access_token);
    const now = Math.floor(Date.now() / 1000);
    const accessToken = signer.sign(
      {
        iss: issuer,
        sub: user.id,
        aud: "authenticated",
        role: "authenticated",
        email: user.email ?? "",
        phone: user.phone ?? "",
        app_metadata: user.app_metadata ?? {},
        user_metadata: user.user_metadata ?? {},
        session_id: inside.session_id,
        aal: "aal1",
        ...(method ? { amr: [{ method, timestamp: now }] } : {}),
        is_anonymous: false,
      },
      tokenLifetime,
    );
    return {
      access_token: accessToken,
      token_type: "bearer",
      expires_in: tokenLifetime,
      expires_at: now + tokenLifetime,
      refresh_token: session.refresh_token,
      user,
    };
  };
}

/** The session a lite session belongs to. */
export function sessionIdOf(session: Record<string, unknown>): string | null {
  return typeof session.access_token === "string" ? String(claimsOf(session.access_token).session_id) : null;
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
