import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about an order that staff prepared says. */
export type PaymentRequestFacts = {
  shop: string;
  firstName: string;
  number: string;
  currency: string;
  minorUnits: number;
  amount: number;
  heldUntil: string;
  timeZone: string;
  orderUrl: string;
};

const WORDS = {
  id: {
    subject: (number: string) => `Pesanan ${number} menunggu pembayaran Anda`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    prepared: (number: string, amount: string) =>
      `kami telah menyiapkan pesanan ${number} untuk Anda. Jumlahnya ${amount}.`,
    held: (until: string) => `Pesanan ini kami simpan sampai ${until}.`,
    link: "Lihat dan bayar",
  },
  en: {
    subject: (number: string) => `Order ${number} waits for your payment`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    prepared: (number: string, amount: string) => `we have prepared order ${number} for you. It comes to ${amount}.`,
    held: (until: string) => `We keep it for you until ${until}.`,
    link: "See it and pay",
  },
};

/** The mail that says that an order was prepared and until when it can be paid. */
export function paymentRequest(facts: PaymentRequestFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const amount = formatMoney(facts.amount, facts.currency, facts.minorUnits, locale);
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.prepared(facts.number, amount) },
    { kind: "paragraph", text: words.held(formatTime(facts.heldUntil, facts.timeZone, locale)) },
    { kind: "link", text: words.link, url: facts.orderUrl },
  ]);
  return { subject: words.subject(facts.number), ...body };
}
