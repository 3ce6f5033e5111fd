import type { Locale } from "./rendered.ts";

const REGIONS: Record<Locale, string> = { id: "id-ID", en: "en-GB" };

/** A moment with date, time and zone, as people of this language write it. */
export function formatTime(moment: string | Date, timeZone: string, locale: Locale): string {
  return new Intl.DateTimeFormat(REGIONS[locale], {
    dateStyle: "full",
    timeStyle: "short",
    timeZone,
  })
    .format(new Date(moment))
    .concat(` (${timeZone})`);
}
