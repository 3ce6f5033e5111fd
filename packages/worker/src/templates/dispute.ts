import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail to staff about a dispute says. `respondBy` is null when nothing is to be answered any more. */
export type DisputeFacts = {
  shop: string;
  number: string;
  status: "inquiry" | "open" | "won" | "lost" | "closed";
  reason: string | null;
  currency: string;
  minorUnits: number;
  amount: number;
  respondBy: string | null;
  timeZone: string;
  orderUrl: string;
};

const WORDS = {
  id: {
    subject: (number: string) => `Sengketa pembayaran pesanan ${number}`,
    status: {
      inquiry: (amount: string) => `Bank pembeli bertanya tentang pembayaran ${amount}. Belum ada dana yang ditarik.`,
      open: (amount: string) => `Bank pembeli menarik kembali ${amount} sampai sengketa ini diputus.`,
      won: (amount: string) => `Sengketa ini dimenangkan: ${amount} kembali ke toko.`,
      lost: (amount: string) => `Sengketa ini kalah: ${amount} tetap pada pembeli.`,
      closed: (amount: string) => `Pertanyaan bank tentang ${amount} sudah ditutup tanpa penarikan.`,
    },
    reason: "Alasan",
    answer: (until: string) => `Jawab di penyedia pembayaran sebelum ${until}.`,
    link: "Lihat pesanan",
  },
  en: {
    subject: (number: string) => `The payment of order ${number} is disputed`,
    status: {
      inquiry: (amount: string) => `The buyer's bank asks about a payment of ${amount}. No money was withdrawn yet.`,
      open: (amount: string) => `The buyer's bank took ${amount} back until this dispute is decided.`,
      won: (amount: string) => `This dispute was won: ${amount} came back to the shop.`,
      lost: (amount: string) => `This dispute was lost: ${amount} stays with the buyer.`,
      closed: (amount: string) => `The bank's question about ${amount} was closed and nothing was withdrawn.`,
    },
    reason: "Reason",
    answer: (until: string) => `Answer it at the payment provider before ${until}.`,
    link: "See the order",
  },
};

/** The mail that tells staff how a dispute stands, and until when somebody has to answer it. */
export function dispute(facts: DisputeFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const amount = formatMoney(facts.amount, facts.currency, facts.minorUnits, locale);
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.status[facts.status](amount) },
    ...(facts.reason
      ? [{ kind: "table" as const, rows: [{ label: words.reason, value: facts.reason.replaceAll("_", " ") }] }]
      : []),
    ...(facts.respondBy
      ? [
          {
            kind: "paragraph" as const,
            text: words.answer(formatTime(facts.respondBy, facts.timeZone, locale)),
          },
        ]
      : []),
    { kind: "link", text: words.link, url: facts.orderUrl },
  ]);
  return { subject: words.subject(facts.number), ...body };
}
