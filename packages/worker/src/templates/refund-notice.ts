import { formatMoney } from "./format-money.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** Why money goes back, as far as its buyer needs to know it. */
export type RefundWhy =
  | "cancelled"
  | "sold_out"
  | "late"
  | "unpaid"
  | "twice"
  | "intake"
  | "given_back"
  | "unclaimed"
  | "shop";

/** Where it goes. */
export type RefundWay = "same_way" | "store_credit" | "gift_card" | "by_hand";

/** What the mail about money on its way back says. */
export type RefundNoticeFacts = {
  shop: string;
  firstName: string;
  number: string;
  amount: number;
  currency: string;
  minorUnits: number;
  why: RefundWhy;
  way: RefundWay;
  orderUrl: string;
};

const WORDS = {
  id: {
    subject: (number: string) => `Pengembalian dana pesanan ${number}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    back: (amount: string, number: string) => `${amount} untuk pesanan ${number} kami kembalikan.`,
    why: {
      cancelled: "Pesanan ini dibatalkan.",
      sold_out: "Pesanan Anda habis terjual sebelum pembayaran kami terima. Mohon maaf.",
      late: "Pembayaran kami terima setelah pesanan berakhir.",
      unpaid: "Pesanan berakhir sebelum dibayar lunas.",
      twice: "Anda membayar lebih dari harga pesanan.",
      intake: "Kelas yang Anda beli kami batalkan.",
      given_back: "Anda mengembalikan kursi Anda.",
      unclaimed: "Hadiah ini tidak diambil sampai batas waktunya.",
      shop: "Toko mengembalikan dana ini.",
    },
    way: {
      same_way: "Dana kembali lewat cara Anda membayar; bank dapat memerlukan beberapa hari.",
      store_credit: "Jumlahnya sudah ada di saldo toko Anda.",
      gift_card: "Jumlahnya sudah kembali ke kartu hadiah Anda.",
      by_hand: "Kami mengirimnya sendiri; ini dapat memerlukan beberapa hari kerja.",
    },
    link: "Lihat pesanan",
  },
  en: {
    subject: (number: string) => `Money back for order ${number}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    back: (amount: string, number: string) => `we give back ${amount} for order ${number}.`,
    why: {
      cancelled: "The order was cancelled.",
      sold_out: "What you ordered sold out before your payment reached us. We are sorry.",
      late: "Your payment reached us after the order had ended.",
      unpaid: "The order ended before it was paid in full.",
      twice: "You paid more than the order costs.",
      intake: "We had to cancel the course that you bought.",
      given_back: "You gave your seat back.",
      unclaimed: "Nobody took the gift in time.",
      shop: "The shop gives this money back.",
    },
    way: {
      same_way: "It comes back the way you paid; your bank may take some days.",
      store_credit: "It is in your store credit already.",
      gift_card: "It is on your gift card again.",
      by_hand: "We send it ourselves; that may take some working days.",
    },
    link: "See the order",
  },
};

/** The mail that says that money is on its way back, how much, why and by which way. */
export function refundNotice(facts: RefundNoticeFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const amount = formatMoney(facts.amount, facts.currency, facts.minorUnits, locale);
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.back(amount, facts.number) },
    { kind: "paragraph", text: words.why[facts.why] },
    { kind: "paragraph", text: words.way[facts.way] },
    { kind: "link", text: words.link, url: facts.orderUrl },
  ]);
  return { subject: words.subject(facts.number), ...body };
}
