import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about little stock says. */
export type LowStockFacts = {
  shop: string;
  firstName: string;
  title: string;
  sku: string;
  available: number;
  threshold: number;
};

const WORDS = {
  id: {
    subject: (title: string) => `Stok menipis: ${title}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    left: (facts: LowStockFacts) => `stok ${facts.title} (${facts.sku}) tinggal ${facts.available}.`,
    again: (threshold: number) => `Anda kami beri tahu lagi setelah stok kembali di atas ${threshold} lalu turun.`,
  },
  en: {
    subject: (title: string) => `Low stock: ${title}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    left: (facts: LowStockFacts) => `${facts.available} of ${facts.title} (${facts.sku}) are left.`,
    again: (threshold: number) => `We tell you again once there were more than ${threshold} and they fell.`,
  },
};

/** The mail to who keeps stock: little of a thing is left. */
export function lowStock(facts: LowStockFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.left(facts) },
    { kind: "paragraph", text: words.again(facts.threshold) },
  ]);
  return { subject: words.subject(facts.title), ...body };
}
