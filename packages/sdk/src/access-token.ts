import { SeatlineError } from "./errors.ts";

/** Gives the id of the signed-in person, or throws `sign_in_required`. */
export type AskPerson = () => Promise<string>;

/** The id of the person an access token speaks for (its `sub`), read without verifying: the server does that. */
export function personOf(accessToken: string | null): string {
  const id = accessToken === null ? null : subjectOf(accessToken);
  if (id !== null) return id;
  throw new SeatlineError({
    code: "sign_in_required",
    message: "Nobody is signed in.",
    status: 401,
    hint: "Call client.auth.signInWithPassword first.",
  });
}

function subjectOf(accessToken: string): string | null {
  try {
    const payload = accessToken.split(".")[1] ?? "";
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const subject = (claims as { sub?: unknown }).sub;
    return typeof subject === "string" ? subject : null;
  } catch {
    return null;
  }
}
