import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a complaint says. `text` is what staff wrote; null when nobody did. */
export type ComplaintNewsFacts = {
  shop: string;
  firstName: string;
  number: string;
  orderNumber: string;
  news: "opened" | "answered" | "refund" | "store_credit" | "replacement" | "rejected";
  text: string | null;
  /** The order that is sent instead. */
  replacementNumber: string | null;
  complaintUrl: string;
};

const WORDS = {
  id: {
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    subject: {
      opened: (number: string) => `Keluhan ${number} kami terima`,
      answered: (number: string) => `Balasan untuk keluhan ${number}`,
      ended: (number: string) => `Keluhan ${number} selesai ditangani`,
    },
    opened: (number: string, order: string) =>
      `keluhan ${number} tentang pesanan ${order} sudah kami terima. Kami akan segera memeriksanya.`,
    answered: (number: string, order: string) => `kami membalas keluhan ${number} tentang pesanan ${order}:`,
    refund: (number: string, order: string) =>
      `untuk keluhan ${number} tentang pesanan ${order} dana Anda kami kembalikan dengan cara yang sama seperti saat dibayar.`,
    store_credit: (number: string, order: string) =>
      `untuk keluhan ${number} tentang pesanan ${order} Anda mendapat kredit toko, yang dapat langsung dipakai.`,
    replacement: (number: string, order: string) =>
      `untuk keluhan ${number} tentang pesanan ${order} kami mengirim penggantinya.`,
    rejected: (number: string, order: string) =>
      `keluhan ${number} tentang pesanan ${order} tidak dapat kami kabulkan. Alasannya:`,
    replacementNumber: "Pesanan pengganti",
    link: "Lihat keluhan",
  },
  en: {
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    subject: {
      opened: (number: string) => `We have received complaint ${number}`,
      answered: (number: string) => `An answer to complaint ${number}`,
      ended: (number: string) => `What became of complaint ${number}`,
    },
    opened: (number: string, order: string) =>
      `we have received complaint ${number} about order ${order} and will look into it soon.`,
    answered: (number: string, order: string) => `we have answered complaint ${number} about order ${order}:`,
    refund: (number: string, order: string) =>
      `for complaint ${number} about order ${order} we give money back, the way you paid.`,
    store_credit: (number: string, order: string) =>
      `for complaint ${number} about order ${order} you have store credit, which you can spend at once.`,
    replacement: (number: string, order: string) =>
      `for complaint ${number} about order ${order} we send you a replacement.`,
    rejected: (number: string, order: string) =>
      `we cannot accept complaint ${number} about order ${order}. The reason:`,
    replacementNumber: "Replacement order",
    link: "See the complaint",
  },
};

/** The mail that says that a complaint has arrived, was answered, or what it ended in. */
export function complaintNews(facts: ComplaintNewsFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const subject = facts.news === "opened" || facts.news === "answered" ? facts.news : "ended";
  const { replacementNumber } = facts;
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words[facts.news](facts.number, facts.orderNumber) },
    ...(facts.text ? [{ kind: "paragraph" as const, text: facts.text }] : []),
    ...(replacementNumber
      ? [{ kind: "table" as const, rows: [{ label: words.replacementNumber, value: replacementNumber }] }]
      : []),
    { kind: "link", text: words.link, url: facts.complaintUrl },
  ]);
  return { subject: words.subject[subject](facts.number), ...body };
}
