import process from "node:process";

/** Thrown where a test let the process "crash"; nobody catches it, so nothing after it happens. */
export class FailpointReached extends Error {
  override name = "FailpointReached";
}

/**
 * A named step where a crash can be tried out: `name` is `<what>.<step>`, `subject` the row it is about. Does nothing unless
 * SEATLINE_FAILPOINTS_URL points at a simulator on this machine and no live key of Stripe is there; then the simulator says whether to go
 * on, throw, or end the process. Only the embedded stack sets that variable, and only when it is started with SEATLINE_FAILPOINTS=1.
 */
export async function failpoint(
  name: string,
  subject: string | null = null,
  env: Record<string, string | undefined> = process.env,
): Promise<void> {
  const url = failpointsUrl(env);
  if (url === null) return;
  const body = JSON.stringify({ name, subject });
  const answer = await fetch(`${url}/simulator/failpoints/reached`, { method: "POST", body });
  const { action } = (await answer.json()) as { action: "go_on" | "throw" | "exit" };
  if (action === "exit") process.exit(86);
  if (action === "throw") throw new FailpointReached(`The failpoint ${name} was set.`);
}

/** Where failpoints are asked about; null wherever money could be real. */
export function failpointsUrl(env: Record<string, string | undefined>): string | null {
  const given = env.SEATLINE_FAILPOINTS_URL;
  if (!given || !URL.canParse(given) || /^[rs]k_live_/.test(env.STRIPE_SECRET_KEY ?? "")) return null;
  const { hostname, origin } = new URL(given);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? origin : null;
}
