import { encodeCursor, type Keyset } from "./cursor.ts";

/** One page of a list. */
export interface Page<T> {
  data: T[];
  /** Pass it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** What every list takes. */
export interface PageParams {
  /** Rows per page, 1 to 100. Default 20. */
  limit?: number;
  /** `next_cursor` of the page before. */
  cursor?: string | null;
}

/** Rows per page as the server is asked for: whole, 1 to 100, default 20. */
export function pageSize(params: PageParams): number {
  return Math.min(100, Math.max(1, Math.trunc(params.limit ?? 20)));
}

/** Makes a page from `limit + 1` rows: the extra row only shows that there is more. */
export function toPage<T>(rows: T[], limit: number, keysetOf: (row: T) => Keyset): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next_cursor: last !== undefined && rows.length > limit ? encodeCursor(keysetOf(last)) : null };
}

/** Walks all rows of a list, page after page, fetching a page only when the one before is used up. */
export async function* eachRow<T>(fetchPage: (cursor: string | null) => Promise<Page<T>>): AsyncGenerator<T, void> {
  let cursor: string | null = null;
  do {
    const page: Page<T> = await fetchPage(cursor);
    yield* page.data;
    cursor = page.next_cursor;
  } while (cursor !== null);
}
