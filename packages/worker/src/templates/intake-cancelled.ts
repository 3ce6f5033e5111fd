import { formatMoney } from "./format-money.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a cancelled intake says. `refund` is null when the reader paid nothing for it. */
export type IntakeCancelledFacts = {
  shop: string;
  firstName: string;
  course: string;
  reason: string;
  refund: { amount: number; currency: string; minorUnits: number } | null;
  courseUrl: string;
};

const WORDS = {
  id: {
    subject: (course: string) => `Dibatalkan: ${course}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    cancelled: (course: string, reason: string) => `${course} kami batalkan. Alasan: ${reason}`,
    refund: (amount: string) => `${amount} yang Anda bayar kami kembalikan. Anda tidak perlu melakukan apa pun.`,
    link: "Lihat jadwal lain",
  },
  en: {
    subject: (course: string) => `Cancelled: ${course}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    cancelled: (course: string, reason: string) => `we have to cancel ${course}. The reason: ${reason}`,
    refund: (amount: string) => `The ${amount} that you paid is on its way back to you. You need not do anything.`,
    link: "See other dates",
  },
};

/** The mail to everybody who was in a cancelled intake or waited for a seat in it. */
export function intakeCancelled(facts: IntakeCancelledFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const { refund } = facts;
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.cancelled(facts.course, facts.reason) },
    ...(refund
      ? [
          {
            kind: "paragraph" as const,
            text: words.refund(formatMoney(refund.amount, refund.currency, refund.minorUnits, locale)),
          },
        ]
      : []),
    { kind: "link", text: words.link, url: facts.courseUrl },
  ]);
  return { subject: words.subject(facts.course), ...body };
}
