import type { Locale } from "./rendered.ts";

const REGIONS: Record<Locale, string> = { id: "id-ID", en: "en-US" };

/**
 * An amount in minor units as people of this language write it: 15000000 IDR with 2 minor units is "Rp 150.000".
 * Cents that nobody uses (rupiah) are left out when they are zero.
 */
export function formatMoney(amount: number, currency: string, minorUnits: number, locale: Locale): string {
  const customary = new Intl.NumberFormat(REGIONS[locale], { style: "currency", currency }).resolvedOptions();
  const format = new Intl.NumberFormat(REGIONS[locale], {
    style: "currency",
    currency,
    minimumFractionDigits: minorUnits,
    maximumFractionDigits: minorUnits,
    trailingZeroDisplay: customary.maximumFractionDigits === 0 ? "stripIfInteger" : "auto",
  });
  // As a decimal string, so that no amount goes through a binary fraction.
  const digits = Math.abs(amount)
    .toString()
    .padStart(minorUnits + 1, "0");
  const whole = digits.slice(0, digits.length - minorUnits);
  const fraction = minorUnits > 0 ? `.${digits.slice(-minorUnits)}` : "";
  return format.format(`${amount < 0 ? "-" : ""}${whole}${fraction}` as Intl.StringNumericLiteral);
}
