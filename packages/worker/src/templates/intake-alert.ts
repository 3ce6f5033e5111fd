import { formatTime } from "./format-time.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What staff are told of an intake with too few learners. */
export type IntakeAlertFacts = {
  shop: string;
  firstName: string;
  course: string;
  enrolled: number;
  needed: number;
  startsAt: string | null;
  timeZone: string;
};

const WORDS = {
  id: {
    subject: (course: string) => `Peserta belum cukup: ${course}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    few: (course: string, enrolled: number, needed: number) =>
      `${course} baru memiliki ${enrolled} peserta, padahal perlu ${needed}.`,
    starts: (time: string) => `Kelas ini mulai ${time}. Batalkan, undur harinya, atau biarkan berjalan.`,
    decide: "Batalkan, undur harinya, atau biarkan berjalan.",
  },
  en: {
    subject: (course: string) => `Too few learners: ${course}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    few: (course: string, enrolled: number, needed: number) =>
      `${course} has ${enrolled} of the ${needed} learners it needs.`,
    starts: (time: string) => `It starts ${time}. Cancel it, put the day off, or let it take place.`,
    decide: "Cancel it, put the day off, or let it take place.",
  },
};

/** The mail to those who decide about an intake with too few learners. */
export function intakeAlert(facts: IntakeAlertFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.few(facts.course, facts.enrolled, facts.needed) },
    {
      kind: "paragraph",
      text: facts.startsAt ? words.starts(formatTime(facts.startsAt, facts.timeZone, locale)) : words.decide,
    },
  ]);
  return { subject: words.subject(facts.course), ...body };
}
