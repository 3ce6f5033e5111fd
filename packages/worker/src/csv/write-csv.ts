import { stringify } from "csv-stringify/sync";
import { protectCell } from "./cells.ts";

/** What a CSV file begins with, so that spreadsheets read it as UTF-8. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** Rows as lines of CSV: commas, CRLF, quotes where they are needed; an empty cell for null. */
export function writeCsv(rows: readonly (readonly (string | null)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => protectCell(cell ?? "")));
  return stringify(cells, { record_delimiter: "\r\n", quoted_match: /[\r\n;]/ });
}
