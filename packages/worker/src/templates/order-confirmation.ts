import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the confirmation says; amounts in minor units. `startsAt` is set for courses with a date. */
export type OrderFacts = {
  shop: string;
  firstName: string;
  number: string;
  currency: string;
  minorUnits: number;
  totalAmount: number;
  items: { title: string; quantity: number; totalAmount: number; startsAt: string | null; timeZone: string | null }[];
  /** How goods are sent and what that costs, tax on top included; null when nothing is sent by a method. */
  shipping: { name: string; amount: number } | null;
  hasCourses: boolean;
  orderUrl: string;
  coursesUrl: string;
};

const WORDS = {
  id: {
    subject: (number: string) => `Pesanan ${number} sudah lunas`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    paid: (number: string) => `terima kasih. Pesanan ${number} sudah lunas.`,
    free: (number: string) => `terima kasih. Pesanan ${number} sudah kami terima; tidak ada yang perlu dibayar.`,
    shipping: (name: string) => `Ongkos kirim: ${name}`,
    total: "Total",
    nothing: "Gratis",
    starts: "Mulai",
    courses: "Buka kursus saya",
    order: "Lihat pesanan",
  },
  en: {
    subject: (number: string) => `Order ${number} is confirmed`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    paid: (number: string) => `thank you. Order ${number} is paid.`,
    free: (number: string) => `thank you. Order ${number} is complete; there is nothing to pay.`,
    shipping: (name: string) => `Shipping: ${name}`,
    total: "Total",
    nothing: "Free",
    starts: "Starts",
    courses: "Open my courses",
    order: "See the order",
  },
};

/** The mail that says what was bought, what it cost and where to find it. */
export function orderConfirmation(facts: OrderFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const money = (amount: number) =>
    amount === 0 ? words.nothing : formatMoney(amount, facts.currency, facts.minorUnits, locale);
  const rows = facts.items.flatMap((item) => [
    { label: item.quantity === 1 ? item.title : `${item.quantity} × ${item.title}`, value: money(item.totalAmount) },
    ...(item.startsAt
      ? [{ label: words.starts, value: formatTime(item.startsAt, item.timeZone ?? "Asia/Jakarta", locale) }]
      : []),
  ]);
  if (facts.shipping) {
    rows.push({ label: words.shipping(facts.shipping.name), value: money(facts.shipping.amount) });
  }
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: (facts.totalAmount > 0 ? words.paid : words.free)(facts.number) },
    { kind: "table", rows: [...rows, { label: words.total, value: money(facts.totalAmount) }] },
    facts.hasCourses
      ? { kind: "link", text: words.courses, url: facts.coursesUrl }
      : { kind: "link", text: words.order, url: facts.orderUrl },
  ]);
  return { subject: words.subject(facts.number), ...body };
}
