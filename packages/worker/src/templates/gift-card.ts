import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail with a gift card says; the amount in minor units. */
export type GiftCardFacts = {
  shop: string;
  recipientName: string;
  giver: string;
  message: string;
  amount: number;
  currency: string;
  minorUnits: number;
  /** Secret: whoever has it spends the card. */
  code: string;
  /** Null: it never expires. */
  expiresAt: string | null;
  timeZone: string;
  shopUrl: string;
};

const WORDS = {
  id: {
    subject: (giver: string, shop: string) => `${giver} memberi Anda kartu hadiah ${shop}`,
    somebody: "Seseorang",
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    given: (giver: string, amount: string) => `${giver} memberi Anda kartu hadiah senilai ${amount}.`,
    spend:
      "Masukkan kode ini saat membayar. Siapa pun yang memiliki kode ini dapat memakainya, jadi simpanlah baik-baik.",
    code: "Kode",
    until: "Berlaku sampai",
    link: "Ke toko",
  },
  en: {
    subject: (giver: string, shop: string) => `${giver} has a gift card of ${shop} for you`,
    somebody: "Somebody",
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    given: (giver: string, amount: string) => `${giver} gives you a gift card worth ${amount}.`,
    spend: "Type this code when you pay. Whoever has it can spend it, so keep it well.",
    code: "Code",
    until: "Good until",
    link: "To the shop",
  },
};

/** The mail with the code of a gift card, to its recipient. */
export function giftCard(facts: GiftCardFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const giver = facts.giver || words.somebody;
  const message = facts.message ? [{ kind: "paragraph" as const, text: `“${facts.message}”` }] : [];
  const until = facts.expiresAt
    ? [{ label: words.until, value: formatTime(facts.expiresAt, facts.timeZone, locale) }]
    : [];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.recipientName) },
    {
      kind: "paragraph",
      text: words.given(giver, formatMoney(facts.amount, facts.currency, facts.minorUnits, locale)),
    },
    ...message,
    { kind: "paragraph", text: words.spend },
    { kind: "table", rows: [{ label: words.code, value: facts.code }, ...until] },
    { kind: "link", text: words.link, url: facts.shopUrl },
  ]);
  return { subject: words.subject(giver, facts.shop), ...body };
}
