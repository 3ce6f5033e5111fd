import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail with a certificate says. */
export type CertificateIssuedFacts = {
  shop: string;
  firstName: string;
  course: string;
  number: string;
  verifyUrl: string;
};

const WORDS = {
  id: {
    subject: (course: string) => `Sertifikat Anda: ${course}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    done: (course: string) => `selamat, Anda telah menyelesaikan ${course}. Sertifikatnya terlampir.`,
    number: "Nomor",
    verify: "Halaman untuk memeriksa keasliannya",
  },
  en: {
    subject: (course: string) => `Your certificate: ${course}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    done: (course: string) => `congratulations, you have completed ${course}. The certificate is attached.`,
    number: "Number",
    verify: "Where others check that it is genuine",
  },
};

/** The mail that a certificate is attached to. */
export function certificateIssued(facts: CertificateIssuedFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.done(facts.course) },
    { kind: "table", rows: [{ label: words.number, value: facts.number }] },
    { kind: "link", text: words.verify, url: facts.verifyUrl },
  ]);
  return { subject: words.subject(facts.course), ...body };
}
