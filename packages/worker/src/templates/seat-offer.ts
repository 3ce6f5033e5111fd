import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about an offered seat says. */
export type SeatOfferFacts = {
  shop: string;
  firstName: string;
  course: string;
  heldUntil: string;
  timeZone: string;
  courseUrl: string;
};

const WORDS = {
  id: {
    subject: (course: string) => `Ada kursi untuk Anda: ${course}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    offered: (course: string) => `satu kursi di ${course} kini tersedia, dan Anda yang pertama dalam daftar tunggu.`,
    until: (until: string) => `Kursi ini kami simpan untuk Anda sampai ${until}. Setelah itu giliran orang berikutnya.`,
    link: "Ambil kursi",
  },
  en: {
    subject: (course: string) => `A seat for you: ${course}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    offered: (course: string) => `a seat in ${course} is free now, and you are first on the waiting list.`,
    until: (until: string) => `We hold it for you until ${until}. After that it goes to the next person.`,
    link: "Take the seat",
  },
};

/** The mail to the first on a waiting list: a seat is held for them, and until when. */
export function seatOffer(facts: SeatOfferFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.offered(facts.course) },
    { kind: "paragraph", text: words.until(formatTime(facts.heldUntil, facts.timeZone, locale)) },
    { kind: "link", text: words.link, url: facts.courseUrl },
  ]);
  return { subject: words.subject(facts.course), ...body };
}
