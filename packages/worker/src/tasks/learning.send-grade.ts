import { toLocale } from "../templates/rendered.ts";
import { workGraded } from "../templates/work-graded.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type Row = {
  id: string;
  learner_id: string;
  score_percent: number;
  feedback: string | null;
  pass_percent: number;
  lesson: string;
  course: string;
  slug: string;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** assignment.graded: tells the learner the mark and what was said of the work. */
export const sendGrade: EventTask = async (job, context) => {
  const [work] = await context.sql<Row[]>`
    select submissions.id, submissions.learner_id, submissions.score_percent, submissions.feedback, lessons.pass_percent,
      lessons.title as lesson, products.title as course, products.slug, profiles.first_name, profiles.locale,
      private.setting('shop_name') #>> '{}' as shop
    from public.submissions
    join public.lessons on lessons.id = submissions.lesson_id
    join public.products on products.id = submissions.product_id
    join public.profiles on profiles.id = submissions.learner_id
    where submissions.id = ${job.subject_id} and submissions.graded_at is not null`;
  if (!work) return;
  const facts = {
    shop: work.shop ?? "Seatline",
    firstName: work.first_name,
    lesson: work.lesson,
    course: work.course,
    score: work.score_percent,
    isPassed: work.score_percent >= work.pass_percent,
    feedback: work.feedback ?? "",
    courseUrl: `${context.settings.storefrontUrl}/courses/${work.slug}`,
  };
  await deliverMail(
    {
      profileId: work.learner_id,
      type: "grade",
      effectKey: `grade:${work.id}`,
      rendered: workGraded(facts, toLocale(work.locale)),
    },
    context,
  );
};
