import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** A message to the learners of an intake, as it was written. */
export type IntakeMessageFacts = { shop: string; course: string; subject: string; body: string; courseUrl: string };

const LINK = { id: "Buka kursus", en: "Open the course" };

/** The mail that carries a message of those who teach; its words are theirs. */
export function intakeMessage(facts: IntakeMessageFacts, locale: Locale): Rendered {
  const paragraphs = facts.body.split(/\n\s*\n/).map((text) => ({ kind: "paragraph" as const, text }));
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: facts.course },
    ...paragraphs,
    { kind: "link", text: LINK[locale], url: facts.courseUrl },
  ]);
  return { subject: facts.subject, ...body };
}
