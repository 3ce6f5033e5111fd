/** A mail's words, ready to send. */
export type Rendered = { subject: string; text: string; html: string };

/** The languages that mails are written in. */
export const LOCALES = ["id", "en"] as const;
/** One of them. */
export type Locale = (typeof LOCALES)[number];

/** The language of a profile, Indonesian when it is none of ours. */
export function toLocale(value: string): Locale {
  return LOCALES.find((locale) => locale === value) ?? "id";
}
