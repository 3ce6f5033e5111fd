import type { Clock } from "./clock.ts";

/** Something that will run once, unless it is cancelled before. */
export interface Scheduled {
  cancel(): void;
}

interface Entry {
  at: number;
  order: number;
  run: (() => void) | null;
}

// One timer serves every entry. It wakes at least once a minute, so that an expiry a day away is still right after
// the machine slept or its clock was set, and it never keeps the process alive.
const LONGEST_SLEEP_MS = 60_000;

/** Runs functions at a time of the simulator's clock: a binary heap behind a single timer. */
export class Scheduler {
  #heap: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #order = 0;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Runs `run` at `time` (milliseconds since the epoch); a time in the past runs in the next turn of the event loop. */
  at(time: number, run: () => void): Scheduled {
    const entry: Entry = { at: time, order: this.#order++, run };
    this.#push(entry);
    if (time < this.#wakesAt) this.#sleep();
    return {
      cancel: () => {
        entry.run = null;
      },
    };
  }

  /** Runs `run` after so many milliseconds. */
  after(milliseconds: number, run: () => void): Scheduled {
    return this.at(this.#clock.now() + milliseconds, run);
  }

  /** Looks at the clock again: call it after the clock was moved. */
  wake(): void {
    this.#runDue();
  }

  /** Forgets everything. */
  clear(): void {
    this.#heap = [];
    clearTimeout(this.#timer);
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    const first = this.#heap[0];
    if (first === undefined) {
      this.#wakesAt = Number.POSITIVE_INFINITY;
      return;
    }
    const wait = Math.min(Math.max(first.at - this.#clock.now(), 0), LONGEST_SLEEP_MS);
    this.#wakesAt = first.at;
    this.#timer = setTimeout(() => this.#runDue(), wait);
    this.#timer.unref();
  }

  #runDue(): void {
    const now = this.#clock.now();
    const due: Entry[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      due.push(this.#pop(first));
    }
    for (const entry of due) {
      try {
        entry.run?.();
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#sleep();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(first: Entry): Entry {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
