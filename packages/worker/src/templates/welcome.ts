import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the welcome mail says. */
export type WelcomeFacts = { shop: string; firstName: string; coursesUrl: string };

const WORDS = {
  id: {
    subject: (shop: string) => `Selamat datang di ${shop}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    body: (shop: string) => `akun Anda di ${shop} sudah siap. Anda bisa langsung mendaftar ke kursus.`,
    link: "Lihat kursus",
  },
  en: {
    subject: (shop: string) => `Welcome to ${shop}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    body: (shop: string) => `your account at ${shop} is ready. You can enrol in a course right away.`,
    link: "See the courses",
  },
};

/** The mail to a person who has just signed up. */
export function welcome(facts: WelcomeFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.body(facts.shop) },
    { kind: "link", text: words.link, url: facts.coursesUrl },
  ]);
  return { subject: words.subject(facts.shop), ...body };
}
