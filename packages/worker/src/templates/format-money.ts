import type { Locale } from "./rendered.ts";

const REGIONS: Record<Locale, string> = { id: "id-ID", en: "en-US" };

/**
 * An amount in minor units as people of this language write it: 15000000 IDR with 2 minor units is "Rp 150.000".
 * Cents that nobody uses (rupiah) are left out when they are zero.
 */
export function formatMoney(amount: number, currency: string, minorUnits: number, locale: Locale): string {
  // As a decimal string, so that no amount goes through a binary fraction.
  const digits = Math.abs(amount)
    .toString()
    .padStart(minorUnits + 1, "0");
  const whole = digits.slice(0, digits.length - minorUnits);
  const fraction = minorUnits > 0 ? `.${digits.slice(-minorUnits)}` : "";
  return formatOf(currency, minorUnits, locale).format(
    `${amount < 0 ? "-" : ""}${whole}${fraction}` as Intl.StringNumericLiteral,
  );
}

// Made once each: making one takes longer than writing a hundred amounts.
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string, minorUnits: number, locale: Locale): Intl.NumberFormat {
  const name = `${locale} ${currency} ${minorUnits}`;
  const known = formats.get(name);
  if (known) return known;
  const customary = new Intl.NumberFormat(REGIONS[locale], { style: "currency", currency }).resolvedOptions();
  const format = new Intl.NumberFormat(REGIONS[locale], {
    style: "currency",
    currency,
    minimumFractionDigits: minorUnits,
    maximumFractionDigits: minorUnits,
    trailingZeroDisplay: customary.maximumFractionDigits === 0 ? "stripIfInteger" : "auto",
  });
  formats.set(name, format);
  return format;
}
