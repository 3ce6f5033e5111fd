import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a rejected proof of payment says. `heldUntil` is null when the order is not open any more. */
export type ProofRejectedFacts = {
  shop: string;
  firstName: string;
  number: string;
  reason: string;
  heldUntil: string | null;
  timeZone: string;
  orderUrl: string;
};

const WORDS = {
  id: {
    subject: (number: string) => `Bukti transfer pesanan ${number} belum dapat diterima`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    rejected: (number: string) => `bukti transfer untuk pesanan ${number} belum dapat kami terima. Alasannya:`,
    open: (until: string) => `Anda dapat mengirim bukti lain sampai ${until}; selama itu pesanan Anda kami simpan.`,
    closed: "Pesanan ini sudah ditutup. Bila dana sudah Anda kirim, balas surel ini.",
    link: "Kirim bukti lain",
    order: "Lihat pesanan",
  },
  en: {
    subject: (number: string) => `The proof of transfer for order ${number} was not accepted`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    rejected: (number: string) => `we could not accept the proof of transfer for order ${number}. The reason:`,
    open: (until: string) => `You can send another one until ${until}; so long we keep your order.`,
    closed: "This order is closed. If you have sent the money, answer this mail.",
    link: "Send another proof",
    order: "See the order",
  },
};

/** The mail that says why a proof of transfer was rejected, and until when another can follow. */
export function proofRejected(facts: ProofRejectedFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.rejected(facts.number) },
    { kind: "paragraph", text: facts.reason },
    {
      kind: "paragraph",
      text: facts.heldUntil ? words.open(formatTime(facts.heldUntil, facts.timeZone, locale)) : words.closed,
    },
    { kind: "link", text: facts.heldUntil ? words.link : words.order, url: facts.orderUrl },
  ]);
  return { subject: words.subject(facts.number), ...body };
}
