import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about goods on their way, or arrived, says. */
export type ShipmentNewsFacts = {
  shop: string;
  firstName: string;
  number: string;
  delivered: boolean;
  carrier: string | null;
  trackingNumber: string | null;
  orderUrl: string;
};

const WORDS = {
  id: {
    shippedSubject: (number: string) => `Pesanan ${number} sedang dikirim`,
    deliveredSubject: (number: string) => `Pesanan ${number} sudah sampai`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    shipped: (number: string) => `pesanan ${number} sudah kami kirim.`,
    delivered: (number: string) => `pesanan ${number} tercatat sudah sampai. Bila belum Anda terima, balas surel ini.`,
    carrier: "Kurir",
    tracking: "Nomor resi",
    link: "Lihat pesanan",
  },
  en: {
    shippedSubject: (number: string) => `Order ${number} is on its way`,
    deliveredSubject: (number: string) => `Order ${number} has arrived`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    shipped: (number: string) => `order ${number} has left us.`,
    delivered: (number: string) => `order ${number} was delivered. If you have not received it, answer this mail.`,
    carrier: "Carrier",
    tracking: "Tracking number",
    link: "See the order",
  },
};

/** The mail that says that an order has left, or has arrived. */
export function shipmentNews(facts: ShipmentNewsFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const rows = [
    { label: words.carrier, value: facts.carrier },
    { label: words.tracking, value: facts.trackingNumber },
  ].flatMap(({ label, value }) => (value && !facts.delivered ? [{ label, value }] : []));
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: facts.delivered ? words.delivered(facts.number) : words.shipped(facts.number) },
    ...(rows.length > 0 ? [{ kind: "table" as const, rows }] : []),
    { kind: "link", text: words.link, url: facts.orderUrl },
  ]);
  return {
    subject: facts.delivered ? words.deliveredSubject(facts.number) : words.shippedSubject(facts.number),
    ...body,
  };
}
