const baseMs = 200;
const ceilingMs = 5_000;

/** Statuses after which the same request may succeed: the server was busy, restarting or out of reach. */
export const retryableStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** How long to wait before attempt `attempt + 1`, in ms: doubling, with jitter so that clients do not return all at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(ceilingMs, baseMs * 2 ** attempt);
  return full / 2 + random() * (full / 2);
}

/** Reads `Retry-After` (seconds, or a date) as ms from now; null when absent or unreadable. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Waits, and ends early with the signal's reason when the call is given up. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await unlessAborted(waited, signal).finally(() => clearTimeout(timer));
}

/** What `work` gives, or the signal's reason as soon as the call is given up. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
