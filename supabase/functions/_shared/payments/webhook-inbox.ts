import { callVerb, type Database } from "../call-verb.ts";
import { failpoint } from "../failpoint.ts";
import { log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { ProviderEvent, ProviderName } from "./provider.ts";

/** This many deliveries at once are applied before they are answered; more are a crowd, which is answered first. */
const AT_ONCE = 8;
/** This many are applied at once behind the answers; few, so that the answers keep the processor. */
const BEHIND = 1;
const MOST_IN_BATCH = 200;
/** More than this many are left to the worker, which looks every second. */
const MOST_BEHIND = 1_000;

type Delivery = { event: ProviderEvent; requestId: string };
type Waiting = Delivery & { resolve(outcome: string): void; reject(reason: unknown): void };
type Answer = { event_id: string; outcome: string };

/** Lets the runtime end this instance only when the work is done, where it asks for that. */
export type KeepAlive = (work: Promise<unknown>) => void;

/**
 * The way of deliveries into the inbox. A few at once are applied before they are answered, in one call. In a crowd all that came while the last call
 * was under way are committed to the inbox by one more call and answered; they are applied behind the answers, and what this process does not get
 * to the worker does. Nothing is answered that is not committed.
 */
export class WebhookInbox {
  readonly #asService: Database;
  readonly #provider: ProviderName;
  readonly #keepAlive: KeepAlive;
  readonly #atOnce: number;
  #applying = 0;
  #waiting: Waiting[] = [];
  /** Under way while anybody waits to be answered. */
  #taking: Promise<void> | null = null;
  #behind: Delivery[] = [];
  #workers = 0;

  constructor(asService: Database, provider: ProviderName, keepAlive: KeepAlive = () => {}, atOnce = AT_ONCE) {
    this.#asService = asService;
    this.#provider = provider;
    this.#keepAlive = keepAlive;
    this.#atOnce = atOnce;
  }

  /** Takes one delivery; answers what became of it, or `received` when it is kept and applied in a moment. */
  async receive(delivery: Delivery): Promise<string> {
    if (this.#applying < this.#atOnce && !this.#taking && this.#behind.length === 0) return await this.#apply(delivery);
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ ...delivery, resolve, reject });
      this.#taking ??= this.#takeAll();
    });
  }

  async #apply({ event, requestId }: Delivery): Promise<string> {
    this.#applying++;
    try {
      const parameters = { provider: this.#provider, event_id: event.id, type: event.type, payload: event };
      return (await callVerb<Answer>(this.#asService, "receive_provider_event", parameters, requestId)).outcome;
    } finally {
      this.#applying--;
    }
  }

  async #takeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#take(this.#waiting.splice(0, MOST_IN_BATCH));
    } finally {
      this.#taking = null;
    }
  }

  async #take(batch: Waiting[]): Promise<void> {
    let taken: Set<string>;
    try {
      const events = batch.map(({ event, requestId }) => ({ event, request_id: requestId }));
      const parameters = { provider: this.#provider, events };
      const answer = await callVerb<{ taken: string[] }>(
        this.#asService,
        "take_provider_events",
        parameters,
        batch[0]?.requestId ?? "",
      );
      taken = new Set(answer.taken);
      await failpoint("webhook.taken", batch[0]?.event.id);
    } catch (error) {
      // One that the database cannot hold must not take its neighbours with it; when it is away, all of them are told at once.
      const refused = error instanceof Problem && error.status < 500;
      if (refused && batch.length > 1) for (const delivery of batch) await this.#take([delivery]);
      else for (const { reject } of batch) reject(error);
      return;
    }
    for (const { resolve, event, requestId } of batch) {
      resolve("received");
      // What was there before is somebody's already: another delivery's, or the worker's.
      if (taken.delete(event.id) && this.#behind.length < MOST_BEHIND) this.#behind.push({ event, requestId });
    }
    if (this.#workers < BEHIND) this.#keepAlive(this.#applyBehind());
  }

  async #applyBehind(): Promise<void> {
    this.#workers++;
    for (let next = this.#behind.shift(); next; next = this.#behind.shift()) {
      const { event, requestId } = next;
      try {
        // Answers first: a purchase takes as long as twenty of them.
        while (this.#taking) await this.#taking;
        const outcome = await this.#apply(next);
        // The worker has come so far: it applies several at once and does better without this one in its way.
        if (outcome === "duplicate") this.#behind = [];
        log("info", "provider event applied", { request_id: requestId, event_id: event.id, type: event.type, outcome });
      } catch (error) {
        log("warn", "left to the worker", { request_id: requestId, event_id: event.id, cause: error });
      }
    }
    this.#workers--;
  }
}
