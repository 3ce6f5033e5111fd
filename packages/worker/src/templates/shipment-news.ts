import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What is new of a parcel. */
export type ShipmentNews = "shipped" | "out_for_delivery" | "delivered" | "failed";

/** What the mail about goods on their way, or arrived, says. */
export type ShipmentNewsFacts = {
  shop: string;
  firstName: string;
  number: string;
  news: ShipmentNews;
  /** The order comes in several parcels. */
  isPart: boolean;
  carrier: string | null;
  trackingNumber: string | null;
  trackingUrl: string | null;
  orderUrl: string;
};

const WORDS = {
  id: {
    whole: (number: string) => `pesanan ${number}`,
    part: (number: string) => `satu paket dari pesanan ${number}`,
    subjects: {
      shipped: (goods: string) => `${goods} sedang dikirim`,
      out_for_delivery: (goods: string) => `${goods} tiba hari ini`,
      delivered: (goods: string) => `${goods} sudah sampai`,
      failed: (goods: string) => `${goods} belum dapat diantar`,
    },
    sentences: {
      shipped: (goods: string) => `${goods} sudah kami kirim.`,
      out_for_delivery: (goods: string) => `${goods} sedang diantar ke alamat Anda.`,
      delivered: (goods: string) => `${goods} tercatat sudah sampai. Bila belum Anda terima, balas surel ini.`,
      failed: (goods: string) =>
        `${goods} belum dapat diantar. Kurir akan mencoba lagi; bila alamatnya berubah, balas surel ini.`,
    },
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    carrier: "Kurir",
    tracking: "Nomor resi",
    follow: "Lacak paket",
    link: "Lihat pesanan",
  },
  en: {
    whole: (number: string) => `order ${number}`,
    part: (number: string) => `a parcel of order ${number}`,
    subjects: {
      shipped: (goods: string) => `${goods} is on its way`,
      out_for_delivery: (goods: string) => `${goods} arrives today`,
      delivered: (goods: string) => `${goods} has arrived`,
      failed: (goods: string) => `${goods} could not be delivered`,
    },
    sentences: {
      shipped: (goods: string) => `${goods} has left us.`,
      out_for_delivery: (goods: string) => `${goods} is on its way to your door.`,
      delivered: (goods: string) => `${goods} was delivered. If you have not received it, answer this mail.`,
      failed: (goods: string) =>
        `${goods} could not be delivered. It will be tried again; if the address is another one, answer this mail.`,
    },
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    carrier: "Carrier",
    tracking: "Tracking number",
    follow: "Follow the parcel",
    link: "See the order",
  },
};

/** The mail that says that a parcel has left, is brought today, has arrived or could not be brought. */
export function shipmentNews(facts: ShipmentNewsFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const goods = facts.isPart ? words.part(facts.number) : words.whole(facts.number);
  const rows = [
    { label: words.carrier, value: facts.carrier },
    { label: words.tracking, value: facts.trackingNumber },
  ].flatMap(({ label, value }) => (value && facts.news !== "delivered" ? [{ label, value }] : []));
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.sentences[facts.news](goods) },
    ...(rows.length > 0 ? [{ kind: "table" as const, rows }] : []),
    ...(facts.trackingUrl && facts.news !== "delivered"
      ? [{ kind: "link" as const, text: words.follow, url: facts.trackingUrl }]
      : []),
    { kind: "link", text: words.link, url: facts.orderUrl },
  ]);
  const subject = words.subjects[facts.news](goods);
  return { subject: subject.charAt(0).toUpperCase() + subject.slice(1), ...body };
}
