import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a seat of an organisation says. */
export type SeatInviteFacts = {
  shop: string;
  organisation: string;
  course: string;
  /** Secret: whoever has it takes the seat. */
  code: string;
  expiresAt: string;
  timeZone: string;
  claimUrl: string;
};

const WORDS = {
  id: {
    subject: (organisation: string, course: string) => `${organisation} menyediakan kursi untuk Anda: ${course}`,
    greeting: "Halo,",
    invited: (organisation: string, course: string) =>
      `${organisation} menyediakan satu kursi di ${course} untuk Anda.`,
    until: (until: string) => `Masuk atau daftar, lalu ambil kursi ini paling lambat ${until}.`,
    code: "Kode",
    link: "Ambil kursi",
  },
  en: {
    subject: (organisation: string, course: string) => `${organisation} has a seat for you: ${course}`,
    greeting: "Hello,",
    invited: (organisation: string, course: string) => `${organisation} keeps a seat in ${course} for you.`,
    until: (until: string) => `Sign in or sign up, and take it until ${until}.`,
    code: "Code",
    link: "Take the seat",
  },
};

/** The mail to somebody for whom an organisation keeps a seat. */
export function seatInvite(facts: SeatInviteFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting },
    { kind: "paragraph", text: words.invited(facts.organisation, facts.course) },
    { kind: "paragraph", text: words.until(formatTime(facts.expiresAt, facts.timeZone, locale)) },
    { kind: "table", rows: [{ label: words.code, value: facts.code }] },
    { kind: "link", text: words.link, url: facts.claimUrl },
  ]);
  return { subject: words.subject(facts.organisation, facts.course), ...body };
}
