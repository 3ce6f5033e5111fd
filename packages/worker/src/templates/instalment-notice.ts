import { formatMoney } from "./format-money.ts";
import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mails about one part of an order's price say. `nextTryAt` is null when it is not charged again by itself. */
export type InstalmentNotice = {
  kind: "due_soon" | "failed";
  shop: string;
  firstName: string;
  number: string;
  part: number;
  parts: number;
  amount: number;
  currency: string;
  minorUnits: number;
  dueAt: string;
  nextTryAt: string | null;
  /** The bank wants the buyer to confirm: the saved card could not be charged without them. */
  needsConfirmation: boolean;
  timeZone: string;
  orderUrl: string;
};

const WORDS = {
  id: {
    subject: {
      due_soon: (part: string) => `Cicilan ${part} segera jatuh tempo`,
      failed: (part: string) => `Cicilan ${part} belum terbayar`,
    },
    part: (part: number, parts: number, number: string) => `${part} dari ${parts} pesanan ${number}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    due_soon: (part: string, amount: string, due: string) =>
      `cicilan ${part} sebesar ${amount} jatuh tempo pada ${due}. Kami akan menagih kartu yang Anda simpan; Anda juga bisa membayar lebih awal.`,
    failed: (part: string, amount: string) => `cicilan ${part} sebesar ${amount} tidak dapat kami tagih.`,
    again: (when: string) =>
      `Kami mencoba lagi pada ${when}. Bila tetap gagal, akses kursus Anda ditangguhkan sampai cicilan ini dibayar.`,
    never: "Kami tidak mencoba lagi dengan sendirinya. Akses kursus Anda ditangguhkan sampai cicilan ini dibayar.",
    confirm: "Bank Anda meminta konfirmasi dari Anda sendiri. Bayar melalui tautan di bawah dan setujui di sana.",
    link: "Bayar sekarang",
  },
  en: {
    subject: {
      due_soon: (part: string) => `Instalment ${part} is due soon`,
      failed: (part: string) => `Instalment ${part} is not paid yet`,
    },
    part: (part: number, parts: number, number: string) => `${part} of ${parts} of order ${number}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    due_soon: (part: string, amount: string, due: string) =>
      `instalment ${part}, ${amount}, is due on ${due}. We will charge the card that you saved; you can also pay earlier.`,
    failed: (part: string, amount: string) => `we could not charge instalment ${part}, ${amount}.`,
    again: (when: string) =>
      `We try again on ${when}. If it fails, your courses are suspended until this instalment is paid.`,
    never: "We do not try again by ourselves. Your courses are suspended until this instalment is paid.",
    confirm: "Your bank asks you to confirm this payment yourself. Pay by the link below and approve it there.",
    link: "Pay now",
  },
};

/** The mail before a part is due, or after it could not be charged. */
export function instalmentNotice(facts: InstalmentNotice, locale: Locale): Rendered {
  const words = WORDS[locale];
  const part = words.part(facts.part, facts.parts, facts.number);
  const amount = formatMoney(facts.amount, facts.currency, facts.minorUnits, locale);
  const when = (time: string) => formatTime(time, facts.timeZone, locale);
  const failed = facts.nextTryAt === null ? words.never : words.again(when(facts.nextTryAt));
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    {
      kind: "paragraph",
      text: facts.kind === "due_soon" ? words.due_soon(part, amount, when(facts.dueAt)) : words.failed(part, amount),
    },
    ...(facts.kind === "failed" ? [{ kind: "paragraph" as const, text: failed }] : []),
    ...(facts.kind === "failed" && facts.needsConfirmation
      ? [{ kind: "paragraph" as const, text: words.confirm }]
      : []),
    { kind: "link", text: words.link, url: facts.orderUrl },
  ]);
  return { subject: words.subject[facts.kind](part), ...body };
}
