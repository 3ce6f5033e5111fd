import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about something that stays open says. `url` is null when there is no page about it. */
export type AlertFacts = {
  shop: string;
  kind: string;
  /** What its kind says, in English: used where the language has no words of its own. */
  sentence: string;
  subject: string;
  since: string;
  timeZone: string;
  url: string | null;
};

const INDONESIAN: Record<string, string> = {
  provider_event_failed: "Kabar dari penyedia pembayaran tidak dapat diterapkan.",
  webhooks_missing: "Webhook penyedia pembayaran tidak sampai: kabarnya dibaca langsung di sana.",
  provider_event_unknown: "Penyedia pembayaran menyebut pembayaran yang tidak ada di toko ini.",
  payment_open: "Sebuah pembayaran masih terbuka padahal waktunya sudah habis.",
  order_in_review: "Sebuah pesanan menunggu keputusan.",
  refund_pending: "Pengembalian dana belum sampai.",
  refund_failed: "Pengembalian dana gagal.",
  gift_card_returned: "Dana kembali ke kartu hadiah yang sudah berakhir: pembelinya belum mendapat apa pun.",
  proof_waiting: "Bukti pembayaran menunggu diperiksa.",
  production_waiting: "Sistem produksi belum memberi kabar tentang sebuah pesanan.",
  job_failed: "Pekerjaan latar belakang gagal.",
  schedule_failing: "Pekerjaan terjadwal terus gagal.",
  complaint_waiting: "Seorang pelanggan menunggu balasan atas keluhannya.",
  complaint_unsettled: "Keluhan diselesaikan dengan pengembalian dana yang ternyata gagal.",
  events_undelivered: "Peristiwa tidak diteruskan ke pekerjaan berikutnya: apakah worker berjalan?",
};

const WORDS = {
  id: {
    subject: (subject: string) => `Perlu perhatian: ${subject}`,
    since: (time: string) => `Terbuka sejak ${time}.`,
    about: "Tentang",
    link: "Lihat pesanan",
  },
  en: {
    subject: (subject: string) => `Needs attention: ${subject}`,
    since: (time: string) => `Open since ${time}.`,
    about: "About",
    link: "See the order",
  },
};

/** The mail that tells staff what stayed open too long. */
export function alert(facts: AlertFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const sentence = (locale === "id" && INDONESIAN[facts.kind]) || facts.sentence;
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: sentence },
    { kind: "table", rows: [{ label: words.about, value: facts.subject }] },
    { kind: "paragraph", text: words.since(formatTime(facts.since, facts.timeZone, locale)) },
    ...(facts.url ? [{ kind: "link" as const, text: words.link, url: facts.url }] : []),
  ]);
  return { subject: words.subject(facts.subject), ...body };
}
