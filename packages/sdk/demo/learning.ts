import { createSeatline, type OutlineLesson, type QuizAnswer, type Seatline, type Submission } from "../src/index.ts";
import { say, table } from "./print.ts";
import type { RunningStack } from "./running-stack.ts";
import { check, step } from "./steps.ts";
import { waitFor } from "./wait-for.ts";

/** What the seeded quiz wants to hear; `supabase/seed.sql` has its questions. */
const answers: QuizAnswer[] = [1, 1, [0, 1, 3], "if"];

/** Plays how somebody with a seat in the seeded course learns, from its first lesson to a certificate that others can check. */
export async function learning(stack: RunningStack, client: Seatline, product_id: string): Promise<void> {
  const open = async () => {
    const { sections } = await client.learning.outline(product_id);
    return sections
      .flatMap(({ lessons }) => lessons)
      .filter(({ is_required, completed_at, lock_reason }) => is_required && !completed_at && !lock_reason);
  };

  await step("learns, lesson after lesson", async () => {
    const course = await client.learning.outline(product_id);
    const lessons = course.sections.flatMap((section) => section.lessons);
    const rows = lessons.map(({ title, kind, lock_reason }) => [title, kind, lock_reason ?? "open"]);
    table([["LESSON", "KIND", "NOW"], ...rows]);
    say(`${await readOn(client, open)} lessons read, and the next is a quiz`);
  });

  await step("fails the quiz, and passes it", async () => {
    const quiz = await next(open, "quiz");
    for (const [attempt, said] of [answers.map(() => null), answers].entries()) {
      const { id } = await client.learning.startQuiz({ lesson_id: quiz.id });
      const graded = await client.learning.submitQuiz({ attempt_id: id, answers: said });
      check(graded.is_passed === (attempt === 1), `attempt ${attempt + 1} scored ${graded.score_percent} %`);
      say(`Attempt ${graded.number} of ${graded.max_attempts}: ${graded.score_percent} %`);
    }
  });

  const work = await step("reads on, and hands in a piece of work", async () => {
    say(`${await readOn(client, open)} more lessons read`);
    const assignment = await next(open, "assignment");
    const body = "<ul id=list></ul> The hardest part was to keep the list in localStorage.";
    const submitted = await client.learning.submitAssignment({ lesson_id: assignment.id, body });
    check(submitted.graded_at === null, "the work is graded before anybody looked");
    check((await client.learning.certificates()).length === 0, "there is a certificate already");
    return submitted;
  });

  await step("is graded by the instructor", async () => grade(stack, work));

  await step("has a certificate, which anybody may check", async () => {
    const certificate = await waitFor("the certificate's PDF", async () =>
      (await client.learning.certificates()).find(({ pdf_sha256 }) => pdf_sha256),
    );
    const { url } = await client.learning.certificateLink(certificate.id);
    const pdf = await (await fetch(url)).arrayBuffer();
    const checked = await createSeatline(stack).learning.verifyCertificate(certificate.number);
    check(checked.status === "valid", `the certificate is ${checked.status}`);
    say(`${checked.number}: ${checked.learner_name} completed ${checked.course_title}, ${certificate.score_percent} %`);
    say(`${checked.status}, a PDF of ${Math.round(pdf.byteLength / 1024)} kB`);
  });
}

type OpenLessons = () => Promise<OutlineLesson[]>;

/** Completes what is only read, watched or fetched, until something graded comes; answers how many lessons that were. */
async function readOn(client: Seatline, open: OpenLessons): Promise<number> {
  for (let read = 0; ; read += 1) {
    const lesson = (await open()).find(({ pass_percent }) => pass_percent === null);
    if (!lesson) return read;
    const { file_id } = await client.learning.lesson(lesson.id);
    if (file_id) {
      const { url } = await client.learning.fileLink(file_id);
      check((await fetch(url)).ok, `the file of “${lesson.title}” does not come`);
    }
    await client.learning.completeLesson({ lesson_id: lesson.id });
  }
}

async function next(open: OpenLessons, kind: OutlineLesson["kind"]): Promise<OutlineLesson> {
  const lesson = (await open()).find((each) => each.kind === kind);
  check(lesson, `no ${kind} is open`);
  return lesson;
}

async function grade(stack: RunningStack, work: Submission): Promise<void> {
  const instructor = createSeatline(stack);
  const { error } = await instructor.auth.signInWithPassword(stack.instructor);
  if (error) throw error;
  const waiting = await instructor.learning.submissions({ graded: false });
  check(
    waiting.some(({ id }) => id === work.id),
    "the instructor does not see the work",
  );
  const feedback = "Clear and short. Give the list a key of its own.";
  const graded = await instructor.learning.grade({ submission_id: work.id, score_percent: 85, feedback });
  say(`${graded.score_percent} %: “${graded.feedback}”`);
}
