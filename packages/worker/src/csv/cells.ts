const FORMULA = /^'*[=+\-@\t\r]/;
const PROTECTED = /^'+[=+\-@\t\r]/;

/** A cell as an export writes it: what a spreadsheet would run as a formula gets an apostrophe in front, which makes it text there. */
export function protectCell(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** A cell as it was before {@link protectCell}. */
export function plainCell(cell: string): string {
  return PROTECTED.test(cell) ? cell.slice(1) : cell;
}
