import type { Clock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import type { SeededRandom } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import type { Webhooks } from "./webhooks.ts";

/** Everything a move needs; one per running simulator. */
export interface Simulation {
  clock: Clock;
  scheduler: Scheduler;
  random: SeededRandom;
  store: Store;
  keys: IdempotencyKeys;
  faults: Faults;
  webhooks: Webhooks;
  settings: Settings;
  /** Where pay pages are, without a slash at the end. */
  publicUrl: string;
  /** The version that events are written in. */
  apiVersion: string;
  /** The only secret key that is accepted; null accepts every test key. */
  apiKey: string | null;
  log: (line: string) => void;
}

/** The API request that caused something; both null when nobody asked (a timer, a person on the pay page). */
export interface Origin {
  id: string | null;
  idempotency_key: string | null;
}

/** The origin of what happens without an API request. */
export const NO_REQUEST: Origin = { id: null, idempotency_key: null };
