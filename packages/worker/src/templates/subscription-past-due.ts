import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a renewal that could not be charged says. */
export type SubscriptionPastDueFacts = {
  shop: string;
  firstName: string;
  title: string;
  amount: number;
  currency: string;
  minorUnits: number;
  suspendedAt: string;
  timeZone: string;
  payUrl: string;
};

const WORDS = {
  id: {
    subject: (title: string) => `Perpanjangan ${title} belum terbayar`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    failed: (title: string, amount: string) => `kami tidak dapat menagih ${amount} untuk perpanjangan ${title}.`,
    until: (when: string) =>
      `Kursus Anda tetap terbuka sampai ${when}. Kami mencoba lagi dalam beberapa hari; Anda bisa memilih kartu lain atau membayar sekarang.`,
    link: "Bayar sekarang",
  },
  en: {
    subject: (title: string) => `The renewal of ${title} is not paid yet`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    failed: (title: string, amount: string) => `we could not charge ${amount} for the renewal of ${title}.`,
    until: (when: string) =>
      `Your courses stay open until ${when}. We try again within days; you can choose another card or pay now.`,
    link: "Pay now",
  },
};

/** The mail that says that a subscription is past due, and what can be done about it. */
export function subscriptionPastDue(facts: SubscriptionPastDueFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const amount = formatMoney(facts.amount, facts.currency, facts.minorUnits, locale);
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.failed(facts.title, amount) },
    { kind: "paragraph", text: words.until(formatTime(facts.suspendedAt, facts.timeZone, locale)) },
    { kind: "link", text: words.link, url: facts.payUrl },
  ]);
  return { subject: words.subject(facts.title), ...body };
}
