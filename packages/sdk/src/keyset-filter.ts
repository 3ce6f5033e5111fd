import type { Keyset } from "./cursor.ts";

/** One column of a sort; the last column of a sort must be unique. */
export interface SortColumn {
  column: string;
  direction: "asc" | "desc";
}

/** PostgREST's `order` parameter for a sort. */
export function orderBy(sort: readonly SortColumn[]): string {
  return sort.map(({ column, direction }) => `${column}.${direction}`).join(",");
}

/** PostgREST's `or` parameter for the rows that follow a keyset: past the first column, or equal there and past the next. */
export function rowsAfter(sort: readonly SortColumn[], keyset: Keyset): string {
  const branches = sort.map(({ column, direction }, index) => {
    const equal = sort.slice(0, index).map((before, at) => `${before.column}.eq.${quoted(keyset[at] ?? "")}`);
    const past = `${column}.${direction === "asc" ? "gt" : "lt"}.${quoted(keyset[index] ?? "")}`;
    return equal.length === 0 ? past : `and(${[...equal, past].join(",")})`;
  });
  return `(${branches.join(",")})`;
}

/** A value inside `or=(…)`: in double quotes, so that commas and brackets in it stay part of the value. */
export function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A pattern for `imatch` that finds the text anywhere, in any case. (`ilike` cannot take a `*` literally: PostgREST makes it a `%`.) */
export function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
