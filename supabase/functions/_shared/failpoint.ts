import process from "node:process";

/**
 * Every step where a crash can be tried out, as `<what>.<step>`: before and after whatever happens outside a transaction. For each there is a test
 * that crashes there; tests/house/failpoints.test.ts compares the three.
 */
export const FAILPOINTS = [
  "checkout.started",
  "checkout.opened",
  "checkout.attached",
  "intent.started",
  "intent.opened",
  "intent.attached",
  "customer.read",
  "customer.made",
  "customer.kept",
  "setup.opened",
  "subscribe.started",
  "subscribe.priced",
  "subscribe.opened",
  "subscribe.attached",
  "webhook.verified",
  "webhook.taken",
  "webhook.received",
  "carrier.verified",
  "carrier.received",
  "report.verified",
  "report.recorded",
  "proof.started",
  "proof.signed",
  "upload.read",
  "upload.kept",
  "upload.recorded",
  "upload.removed",
  "download.counted",
  "download.signed",
  "charge.read",
  "charge.sent",
  "charge.recorded",
  "charge.declined",
  "capture.read",
  "capture.sent",
  "capture.recorded",
  "void.read",
  "void.sent",
  "void.recorded",
  "refund.read",
  "refund.sent",
  "refund.recorded",
  "close.read",
  "close.sent",
  "detach.read",
  "detach.sent",
  "reconcile.asked",
  "reconcile.recorded",
  "refunds.asked",
  "refunds.recorded",
  "reading.listed",
  "reading.recorded",
  "methods.listed",
  "methods.recorded",
  "subscription.read",
  "subscription.sent",
  "subscription.told",
  "push.read",
  "push.sent",
  "push.recorded",
  "change.read",
  "change.sent",
  "change.recorded",
  "booking.read",
  "booking.sent",
  "booking.recorded",
  "invoice.started",
  "invoice.numbered",
  "invoice.issued",
  "document.read",
  "document.stored",
  "document.kept",
  "certificate.read",
  "certificate.stored",
  "certificate.kept",
  "gift_card.coded",
  "mail.queued",
  "mail.sent",
  "mail.recorded",
  "export.read",
  "export.stored",
  "export.recorded",
  "file.read",
  "file.removed",
] as const;
/** Name of such a step. */
export type Failpoint = (typeof FAILPOINTS)[number];

/** Thrown where a test let the process "crash"; nobody catches it, so nothing after it happens. */
export class FailpointReached extends Error {
  override name = "FailpointReached";
}

/**
 * A step where a crash can be tried out; `subject` is the row it is about. Does nothing unless
 * SEATLINE_FAILPOINTS_URL points at a simulator on this machine and no live key of Stripe is there; then the simulator says whether to go
 * on, throw, or end the process. Only the embedded stack sets that variable, and only when it is started with SEATLINE_FAILPOINTS=1.
 */
export async function failpoint(
  name: Failpoint,
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
