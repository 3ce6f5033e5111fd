/** Counts attempts per key within a time window. */
export type Attempts = {
  /** Takes one attempt. Gives 0, or the seconds until the next one is allowed. */
  take(key: string): number;
  /** Gives one back: it was no guess. */
  giveBack(key: string): void;
  /** How many were taken in the current window. */
  taken(key: string): number;
  forget(key: string): void;
};

/**
 * Allows `limit` attempts per key in `seconds`. The attempt is taken before it is judged, so many at the same moment count too. Lives
 * in memory; at most `keys` keys are kept, the oldest window goes first.
 */
export function createAttempts(limit: number, seconds: number, keys = 100_000): Attempts {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const current = (key: string) => {
    const found = windows.get(key);
    if (found && found.endsAt > Date.now()) return found;
    windows.delete(key);
    return null;
  };
  return {
    take(key) {
      const found = current(key);
      if (!found) {
        windows.set(key, { count: 1, endsAt: Date.now() + seconds * 1000 });
        const oldest = windows.size > keys ? windows.keys().next().value : undefined;
        if (oldest !== undefined) windows.delete(oldest);
        return 0;
      }
      if (found.count >= limit) return Math.max(1, Math.ceil((found.endsAt - Date.now()) / 1000));
      found.count += 1;
      return 0;
    },
    giveBack(key) {
      const found = current(key);
      if (found && found.count > 0) found.count -= 1;
    },
    taken: (key) => current(key)?.count ?? 0,
    forget: (key) => void windows.delete(key),
  };
}
