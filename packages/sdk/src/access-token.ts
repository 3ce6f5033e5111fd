/** The id of the person an access token speaks for (its `sub`), read without verifying: the server does that. Null when unreadable. */
export function personOf(accessToken: string): string | null {
  try {
    const payload = accessToken.split(".")[1] ?? "";
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const subject = (claims as { sub?: unknown }).sub;
    return typeof subject === "string" ? subject : null;
  } catch {
    return null;
  }
}
