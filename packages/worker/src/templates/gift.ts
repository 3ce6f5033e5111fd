import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a gift says. */
export type GiftFacts = {
  shop: string;
  recipientName: string;
  giver: string;
  message: string;
  course: string;
  /** Secret: whoever has it takes the seat. */
  code: string;
  expiresAt: string;
  timeZone: string;
  claimUrl: string;
  isReminder: boolean;
};

const WORDS = {
  id: {
    subject: (giver: string, course: string) => `${giver} memberi Anda hadiah: ${course}`,
    reminder: (course: string) => `Hadiah Anda menunggu: ${course}`,
    somebody: "Seseorang",
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    given: (giver: string, course: string) => `${giver} memberi Anda satu kursi di ${course}.`,
    until: (until: string) => `Masuk atau daftar, lalu ambil hadiah ini paling lambat ${until}.`,
    code: "Kode",
    link: "Ambil hadiah",
  },
  en: {
    subject: (giver: string, course: string) => `${giver} has a gift for you: ${course}`,
    reminder: (course: string) => `Your gift is waiting: ${course}`,
    somebody: "Somebody",
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    given: (giver: string, course: string) => `${giver} gives you a seat in ${course}.`,
    until: (until: string) => `Sign in or sign up, and take it until ${until}.`,
    code: "Code",
    link: "Take the gift",
  },
};

/** The mail to the recipient of a gift, when it is delivered and once more before it runs out. */
export function gift(facts: GiftFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const giver = facts.giver || words.somebody;
  const message = facts.message ? [{ kind: "paragraph" as const, text: `“${facts.message}”` }] : [];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.recipientName) },
    { kind: "paragraph", text: words.given(giver, facts.course) },
    ...message,
    { kind: "paragraph", text: words.until(formatTime(facts.expiresAt, facts.timeZone, locale)) },
    { kind: "table", rows: [{ label: words.code, value: facts.code }] },
    { kind: "link", text: words.link, url: facts.claimUrl },
  ]);
  return { subject: facts.isReminder ? words.reminder(facts.course) : words.subject(giver, facts.course), ...body };
}
