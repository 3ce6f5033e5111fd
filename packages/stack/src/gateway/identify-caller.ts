import type { IncomingHttpHeaders } from "node:http";
import type { TokenChecker } from "./check-token.ts";
import type { Refusal } from "./refuse.ts";
import type { Claims } from "./sign-tokens.ts";

/** Who calls, as far as keys and tokens tell. */
export type Caller = {
  role: string;
  /** What the user's token says, checked; null when the key alone speaks. */
  claims: Claims | null;
};

/** Decides who calls from the headers, or says why the call is refused. Reads memory only. */
export type CallerIdentifier = (headers: IncomingHttpHeaders) => Caller | Refusal;

const anon: Caller = { role: "anon", claims: null };
const service: Caller = { role: "service_role", claims: null };

/** Makes the identifier for one pair of keys. */
export function createCallerIdentifier(
  keys: { publishableKey: string; secretKey: string },
  check: TokenChecker,
): CallerIdentifier {
  // A lookup compares hashes first, so its time tells nothing about how much of a guessed key is right.
  const known = new Map([
    [keys.publishableKey, anon],
    [keys.secretKey, service],
  ]);
  return (headers) => {
    const bearer = bearerOf(headers.authorization);
    const apikey = headers.apikey;
    const bearerIsKey = bearer?.startsWith("sb_") ?? false;
    const key = typeof apikey === "string" && apikey !== "" ? apikey : bearerIsKey ? bearer : null;
    if (!key) return missingKey;
    const byKey = known.get(key);
    if (!byKey) return wrongKey;
    if (bearerIsKey && bearer !== key) return twoKeys;
    if (byKey === service && fromBrowser(headers)) return secretInBrowser;
    if (headers.authorization === undefined || bearerIsKey) return byKey;
    if (!bearer) return badScheme;
    const claims = check(bearer);
    if (claims === "token_expired") return expired;
    if (claims === "invalid_token") return badToken;
    return { role: claims.role, claims };
  };
}

/** Whether a call comes from a browser. Node's own fetch sends `sec-fetch-mode` too, so that header proves nothing. */
export function fromBrowser(headers: IncomingHttpHeaders): boolean {
  return (
    headers.origin !== undefined ||
    headers["sec-fetch-site"] !== undefined ||
    headers["sec-fetch-dest"] !== undefined ||
    (headers["user-agent"]?.startsWith("Mozilla/5.0") ?? false)
  );
}

/** Tells a refusal from a caller. */
export function isRefusal(value: Caller | Refusal): value is Refusal {
  return "status" in value;
}

function bearerOf(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  const space = authorization.indexOf(" ");
  if (space === -1 || authorization.slice(0, space).toLowerCase() !== "bearer") return null;
  return authorization.slice(space + 1).trim() || null;
}

const missingKey: Refusal = {
  status: 401,
  code: "missing_api_key",
  message: "No API key was sent with this request.",
  hint: "Send the publishable key (sb_publishable_…) in the header `apikey`. `npm run status` prints it.",
};
const wrongKey: Refusal = {
  status: 401,
  code: "invalid_api_key",
  message: "The API key is not one of this project.",
  hint: "Compare it with the keys that `npm run status` prints; `npm run reset` makes new ones.",
};
const twoKeys: Refusal = {
  status: 401,
  code: "invalid_api_key",
  message: "The headers `apikey` and `authorization` carry two different keys.",
  hint: "Send one key in `apikey`; `authorization` is for the token of a signed-in user.",
};
const secretInBrowser: Refusal = {
  status: 401,
  code: "secret_key_in_browser",
  message: "A secret key was sent from a browser, where everyone can read it.",
  hint: "Use the publishable key in the browser, and replace this secret key if it was ever delivered to one.",
};
const badScheme: Refusal = {
  status: 401,
  code: "invalid_token",
  message: "The header `authorization` is not of the form `Bearer <token>`.",
  hint: "Sign in and send the access token as `Authorization: Bearer <token>`, or leave the header out.",
};
const badToken: Refusal = {
  status: 401,
  code: "invalid_token",
  message: "The access token is not one that this project signed.",
  hint: "Sign in again and send the new access token.",
};
const expired: Refusal = {
  status: 401,
  code: "token_expired",
  message: "The access token has expired.",
  hint: "Refresh the session with its refresh token, or sign in again.",
};
