import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about the end of access says. */
export type AccessEndingFacts = {
  shop: string;
  firstName: string;
  course: string;
  endsAt: string;
  timeZone: string;
  isRenewable: boolean;
  courseUrl: string;
};

const WORDS = {
  id: {
    subject: (course: string) => `Akses Anda segera berakhir: ${course}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    until: (course: string, until: string) => `pelajaran ${course} terbuka untuk Anda sampai ${until}.`,
    renew: "Jika Anda memperpanjang sebelum itu, waktu baru ditambahkan pada akhir yang lama.",
    link: "Buka kursus",
  },
  en: {
    subject: (course: string) => `Your access ends soon: ${course}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    until: (course: string, until: string) => `the lessons of ${course} are open to you until ${until}.`,
    renew: "If you renew before that, the new time is added to the old end.",
    link: "Open the course",
  },
};

/** The mail to a learner whose lessons close soon. */
export function accessEnding(facts: AccessEndingFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.until(facts.course, formatTime(facts.endsAt, facts.timeZone, locale)) },
    ...(facts.isRenewable ? [{ kind: "paragraph" as const, text: words.renew }] : []),
    { kind: "link", text: words.link, url: facts.courseUrl },
  ]);
  return { subject: words.subject(facts.course), ...body };
}
