import { publishedIntake } from "./catalog.ts";
import type { Pool, Sql } from "./database.ts";
import { asCustomer, asService } from "./people.ts";

/**
 * Lets each customer study a course of their own: a quiz that failed, work with a file, a preview, and another course completed with its
 * certificate. The first of them also teaches a draft that nobody else sees.
 */
export async function populateLearning(sql: Pool, customers: string[]): Promise<void> {
  const draft = await courseOf(sql, "draft");
  await sql`insert into public.course_instructors (product_id, profile_id) values (${draft.productId}, ${customers[0] as string})`;
  for (const customer of customers) {
    const [course, next] = [await courseOf(sql, "published"), await publishedIntake(sql)];
    await sql`insert into public.course_prerequisites (product_id, required_product_id)
      values (${next.productId}, ${course.productId}), (${draft.productId}, ${course.productId})`;
    await actAs(sql, customer, async (tx) => {
      await tx`select public.enroll(${course.intakeId})`;
      const [attempt] = await tx`select public.start_quiz(${course.quiz}) as answer`;
      await tx`select public.submit_quiz(${attempt?.answer.id}, '[1]')`;
      const [file] =
        await tx`select public.prepare_upload(${course.assignment}, 'work.txt', 'text/plain', 4) as answer`;
      await asService(tx);
      await tx`select public.receive_learning_file(${file?.answer.file_id}, null, 4)`;
      await asCustomer(tx, customer);
      await tx`select public.submit_assignment(${course.assignment}, 'My work', ${[file?.answer.file_id]})`;
    });
    await sql`insert into public.attendances (session_id, enrollment_id, intake_id, learner_id, status)
      select intake_sessions.id, enrollments.id, enrollments.intake_id, enrollments.learner_id, 'present'
      from public.intake_sessions join public.enrollments using (intake_id) where intake_id = ${course.intakeId}`;
    await completeOne(sql, customer);
  }
}

async function completeOne(sql: Pool, customer: string): Promise<void> {
  const { productId, intakeId } = await publishedIntake(sql);
  const [section] =
    await sql`insert into public.course_sections (product_id, title) values (${productId}, 'All of it') returning id`;
  const [lesson] =
    await sql`insert into public.lessons (section_id, kind, title) values (${section?.id}, 'text', 'The one') returning id`;
  await actAs(sql, customer, async (tx) => {
    await tx`select public.enroll(${intakeId})`;
    await tx`select public.complete_lesson(${lesson?.id})`;
  });
  await sql`select private.issue_certificate(id, 'http://shop.test/certificates/') from public.enrollments where intake_id = ${intakeId}`;
}

async function courseOf(sql: Pool, status: "draft" | "published") {
  const course = await publishedIntake(sql, { status });
  const [section] =
    await sql`insert into public.course_sections (product_id, title) values (${course.productId}, 'Basics') returning id`;
  const lesson = async (row: Record<string, unknown>): Promise<string> => {
    const [made] =
      await sql`insert into public.lessons ${sql({ section_id: section?.id, title: "A lesson", ...row })} returning id`;
    await sql`insert into public.lesson_contents (lesson_id, body) values (${made?.id}, 'What is in it')`;
    return made?.id;
  };
  await lesson({ kind: "text", is_preview: true });
  await sql`with session as (
      insert into public.intake_sessions (intake_id, title, starts_at, ends_at)
      values (${course.intakeId}, 'Evening', now() + interval '1 day', now() + interval '25 hours') returning id
    ) insert into public.session_links (session_id, url) select id, 'https://meet.test/room' from session`;
  await sql`insert into public.intake_links (intake_id, url) values (${course.intakeId}, 'https://meet.test/hall')`;
  await sql`insert into public.intake_messages (intake_id, audience, subject, body) values (${course.intakeId}, 'all', 'Hello', 'See you.')`;
  const quiz = await lesson({ kind: "quiz", pass_percent: 70 });
  const assignment = await lesson({ kind: "assignment", pass_percent: 70 });
  const questions = [{ kind: "single", prompt: "Which?", choices: ["A", "B"], answer: 0 }];
  await sql`insert into private.quizzes (lesson_id, questions) values (${quiz}, ${JSON.stringify(questions)}::text::jsonb)`;
  return { ...course, quiz, assignment };
}

async function actAs(sql: Pool, customer: string, work: (tx: Sql) => Promise<void>): Promise<void> {
  await sql.begin(async (tx) => {
    await asCustomer(tx, customer);
    await work(tx);
  });
}
