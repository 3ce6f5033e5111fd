/** Where something small is kept between visits: the browser's `localStorage`, or anything with its three methods, waiting or not. */
export interface GuestStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** The browser's localStorage where there is a page and it may be used; elsewhere memory, which ends with the client. */
export function guestStorage(given?: GuestStorage): GuestStorage {
  if (given) return given;
  const { document, localStorage } = globalThis as { document?: unknown; localStorage?: GuestStorage };
  // Node and Deno may have a localStorage too, which all of a server's visitors would share.
  if (document === undefined) return inMemory();
  try {
    localStorage?.getItem("");
    return localStorage ?? inMemory();
  } catch {
    return inMemory(); // a browser that forbids it to this page
  }
}

function inMemory(): GuestStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}
