/** The simulator's time. It runs with the machine's clock, and tests may move it forward to reach an expiry. */
export class Clock {
  #offset = 0;

  /** Milliseconds since the Unix epoch. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /** Whole seconds since the Unix epoch, as Stripe writes every time. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Moves the clock forward by so many milliseconds. */
  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** Goes back to the machine's time. */
  reset(): void {
    this.#offset = 0;
  }
}
