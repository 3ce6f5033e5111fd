import { SeatlineError } from "./errors.ts";

/** The sort values of the last row of a page, in the order of the sort. */
export type Keyset = readonly string[];

/** Packs the keyset of a page's last row into an opaque text (base64url of JSON) that fits into a URL. */
export function encodeCursor(keyset: Keyset): string {
  const bytes = new TextEncoder().encode(JSON.stringify(keyset));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Unpacks a cursor of `length` values; throws `invalid_cursor` for anything that this list did not give out. */
export function decodeCursor(cursor: string, length: number): Keyset {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const keyset: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isKeyset(keyset) && keyset.length === length) return keyset;
    throw new TypeError(`expected ${length} texts`);
  } catch (cause) {
    throw new SeatlineError({
      code: "invalid_cursor",
      message: "This cursor does not belong to this list.",
      status: 0,
      hint: "Pass next_cursor of the page before as it came, or leave the cursor out to begin anew.",
      cause,
    });
  }
}

function isKeyset(value: unknown): value is Keyset {
  return Array.isArray(value) && value.every((part) => typeof part === "string");
}
