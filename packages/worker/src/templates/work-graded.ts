import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail about a mark says. */
export type WorkGradedFacts = {
  shop: string;
  firstName: string;
  lesson: string;
  course: string;
  /** Percent. */
  score: number;
  isPassed: boolean;
  /** Empty: none was given. */
  feedback: string;
  courseUrl: string;
};

const WORDS = {
  id: {
    subject: (lesson: string) => `Nilai Anda: ${lesson}`,
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    graded: (lesson: string, course: string) => `tugas Anda ${lesson} di ${course} sudah dinilai.`,
    score: "Nilai",
    passed: "lulus",
    failed: "belum lulus",
    link: "Buka kursus",
  },
  en: {
    subject: (lesson: string) => `Your mark: ${lesson}`,
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    graded: (lesson: string, course: string) => `your work ${lesson} in ${course} has been graded.`,
    score: "Mark",
    passed: "passed",
    failed: "not passed yet",
    link: "Open the course",
  },
};

/** The mail about a mark. */
export function workGraded(facts: WorkGradedFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const score = `${facts.score} % (${facts.isPassed ? words.passed : words.failed})`;
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: words.graded(facts.lesson, facts.course) },
    { kind: "table", rows: [{ label: words.score, value: score }] },
    ...(facts.feedback ? [{ kind: "paragraph" as const, text: facts.feedback }] : []),
    { kind: "link", text: words.link, url: facts.courseUrl },
  ]);
  return { subject: words.subject(facts.lesson), ...body };
}
