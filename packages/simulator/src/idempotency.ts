import type { Clock } from "./clock.ts";
import { idempotencyKeyInUse, idempotencyMismatch, StripeFailure } from "./stripe-errors.ts";

/** The answer that a key gets from now on. */
export interface SavedAnswer {
  /** The account and the key, so that no two accounts share answers. */
  id: string;
  endpoint: string;
  parameters: string;
  request: string;
  status: number;
  json: string;
  at: number;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
// Stripe promises a day. Under load a simulator would fill its memory with answers nobody asks for again.
const KEYS_KEPT = 100_000;

/**
 * Idempotency as Stripe documents it: the first answer of a key is replayed for a day, whether it was good or bad, once
 * the endpoint began to work; other parameters or another endpoint are refused; a second request at the same time gets 409.
 */
export class IdempotencyKeys {
  #saved = new Map<string, SavedAnswer>();
  #running = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The saved answer to replay, or null when the work is to be done now; then `finish` must follow. */
  begin(id: string, key: string, endpoint: string, parameters: string): SavedAnswer | null {
    if (key.length > 255) {
      throw idempotencyMismatch(`Idempotency keys can have at most 255 characters, this one has ${key.length}.`);
    }
    if (this.#running.has(id)) throw idempotencyKeyInUse(key);
    const saved = this.#saved.get(id);
    if (saved === undefined || saved.at + KEPT_MS <= this.#clock.now()) {
      this.#running.add(id);
      return null;
    }
    if (saved.endpoint !== endpoint) {
      throw idempotencyMismatch(
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${endpoint}' vs '${saved.endpoint}'). Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    if (saved.parameters !== parameters) {
      throw idempotencyMismatch(
        `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    return saved;
  }

  /** Ends the work of a key; without an answer the key stays free. */
  finish(id: string, answer: Omit<SavedAnswer, "id" | "at"> | null): SavedAnswer | null {
    this.#running.delete(id);
    if (answer === null) return null;
    const saved = { ...answer, id, at: this.#clock.now() };
    this.restore(saved);
    return saved;
  }

  /** Takes in an answer, new or from a state file, and lets go of the oldest. */
  restore(saved: SavedAnswer): void {
    this.#saved.delete(saved.id);
    this.#saved.set(saved.id, saved);
    for (const [id, oldest] of this.#saved) {
      if (this.#saved.size <= KEYS_KEPT && oldest.at + KEPT_MS > this.#clock.now()) break;
      this.#saved.delete(id);
    }
  }

  clear(): void {
    this.#saved.clear();
    this.#running.clear();
  }
}

/** Whether a failure is kept under its key. */
export function isRemembered(error: unknown): boolean {
  return !(error instanceof StripeFailure) || error.remembered;
}

/** Parameters in a form that two equal requests share whatever the order of their keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}
