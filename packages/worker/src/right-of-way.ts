/**
 * Sales go first: while provider events wait in the inbox, what follows a sale (mails, invoices, pushes) lets them pass. It waits a bounded time only,
 * so that a crowd which never ends slows it down and does not stop it.
 */
export class RightOfWay {
  readonly #longest: number;
  #free: (() => void) | undefined;
  #passing: Promise<void> = Promise.resolve();

  /** `longest` in milliseconds is how long one `wait` takes at most. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Says whether sales wait at the moment. */
  set(sales: boolean): void {
    if (!sales) {
      this.#free?.();
      this.#free = undefined;
    } else if (!this.#free) {
      this.#passing = new Promise((resolve) => {
        this.#free = resolve;
      });
    }
  }

  /** Resolves at once while no sale waits, else when they have passed or the longest time is over. */
  async wait(): Promise<void> {
    if (!this.#free) return;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, this.#longest);
    await Promise.race([this.#passing, over.promise]);
    clearTimeout(timer);
  }
}
