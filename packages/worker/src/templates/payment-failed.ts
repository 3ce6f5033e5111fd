import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a failed payment says. `heldUntil` is null when the order is not open any more. */
export type PaymentFailedFacts = {
  shop: string;
  firstName: string;
  number: string;
  currency: string;
  minorUnits: number;
  amount: number;
  /** The bank wants the buyer to confirm: the saved card could not be charged without them. */
  needsConfirmation?: boolean;
  heldUntil: string | null;
  timeZone: string;
  orderUrl: string;
};

const WORDS = {
  id: {
    subject: (number: string) => `Pembayaran pesanan ${number} gagal`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    failed: (number: string, amount: string) =>
      `pembayaran ${amount} untuk pesanan ${number} tidak berhasil. Tidak ada dana yang kami terima.`,
    confirm: "Bank Anda meminta konfirmasi dari Anda sendiri. Bayar melalui tautan di bawah dan setujui di sana.",
    open: (until: string) => `Pesanan Anda kami simpan sampai ${until}. Anda bisa mencoba lagi dengan cara bayar lain.`,
    closed: "Pesanan ini sudah ditutup. Silakan pesan lagi bila masih berminat.",
    link: "Bayar lagi",
    order: "Lihat pesanan",
  },
  en: {
    subject: (number: string) => `The payment for order ${number} failed`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    failed: (number: string, amount: string) =>
      `the payment of ${amount} for order ${number} did not succeed. We have received no money.`,
    confirm: "Your bank asks you to confirm this payment yourself. Pay by the link below and approve it there.",
    open: (until: string) => `We keep your order until ${until}. You can try again, with another means of payment too.`,
    closed: "This order is closed. Please order again if you still want it.",
    link: "Pay again",
    order: "See the order",
  },
};

/** The mail that says that a payment failed, and until when the order can still be paid. */
export function paymentFailed(facts: PaymentFailedFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const amount = formatMoney(facts.amount, facts.currency, facts.minorUnits, locale);
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.failed(facts.number, amount) },
    ...(facts.needsConfirmation ? [{ kind: "paragraph" as const, text: words.confirm }] : []),
    {
      kind: "paragraph",
      text: facts.heldUntil ? words.open(formatTime(facts.heldUntil, facts.timeZone, locale)) : words.closed,
    },
    { kind: "link", text: facts.heldUntil ? words.link : words.order, url: facts.orderUrl },
  ]);
  return { subject: words.subject(facts.number), ...body };
}
