import { styleText } from "node:util";
import type { Price } from "../src/index.ts";

type Style = Parameters<typeof styleText>[0];

/** Text in a style where the terminal shows it, plain elsewhere (NO_COLOR is respected). */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Prints a line under a step. */
export function say(text: string): void {
  console.log(`     ${text}`);
}

/** Prints rows in columns as wide as their widest cell; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [index, row] of rows.entries()) {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("   ")
      .trimEnd();
    say(index === 0 ? styled("dim", line) : line);
  }
}

/** An amount of minor units as people write it. Both currencies of the shop have two. */
export function money({ amount, currency }: Price): string {
  if (amount === 0) return "free";
  return new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" }).format(amount / 100);
}

/** A moment as the reader's clock shows it, for "until …". */
export function moment(timestamp: string | null): string {
  if (timestamp === null) return "further notice";
  return new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(new Date(timestamp));
}
