import { as, enroll } from "../support/buying.ts";
import { type BuiltIntake, type IntakeWish, publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

/** A lesson to build; a text when only named. */
export type LessonWish = { kind?: string; [column: string]: unknown };

/** A course with lessons in one section, in the order of the wishes. */
export type BuiltCourse = BuiltIntake & { sectionId: string; lessons: string[] };

/** What may be said about the course itself. */
export type CourseWish = IntakeWish & { course?: Record<string, unknown>; accessDays?: number };

/** Three questions of every kind; `rightAnswers` answers all of them. */
export const questions = [
  { kind: "single", prompt: "Which one?", choices: ["A", "B", "C"], answer: 1, explanation: "B it is." },
  { kind: "multiple", prompt: "Which ones?", choices: ["A", "B", "C"], answer: [0, 2], points: 2 },
  { kind: "text", prompt: "What is it called?", answer: ["a lock", "lock"] },
];
export const rightAnswers = [1, [2, 0], "  A   Lock "];

/** Builds a course that can be taken. */
export async function buildCourse(sql: Sql, wishes: LessonWish[], wish: CourseWish = {}): Promise<BuiltCourse> {
  const intake = await publishedIntake(sql, wish);
  if (wish.course) await sql`update public.courses set ${sql(wish.course)} where product_id = ${intake.productId}`;
  if (wish.accessDays)
    await sql`update public.intakes set access_days = ${wish.accessDays} where id = ${intake.intakeId}`;
  const [section] =
    await sql`insert into public.course_sections (product_id, title) values (${intake.productId}, 'Section') returning id`;
  const lessons: string[] = [];
  for (const [position, { kind = "text", ...columns }] of wishes.entries()) {
    const graded = kind === "quiz" || kind === "assignment" ? { pass_percent: 70 } : {};
    const row = { section_id: section?.id, title: `Lesson ${position}`, position, kind, ...graded, ...columns };
    const [lesson] = await sql`insert into public.lessons ${sql(row)} returning id`;
    await sql`insert into public.lesson_contents (lesson_id, body) values (${lesson?.id}, ${`Body ${position}`})`;
    if (kind === "quiz")
      await sql`insert into private.quizzes (lesson_id, questions) values (${lesson?.id}, ${JSON.stringify(questions)}::text::jsonb)`;
    lessons.push(lesson?.id);
  }
  return { ...intake, sectionId: section?.id, lessons };
}

/** A learner with a seat in a course. */
export async function newLearnerIn(sql: Sql, course: BuiltIntake): Promise<string> {
  const learner = await newCustomer(sql, { first_name: "Sari", last_name: "Wijaya" });
  await enroll(sql, learner, course.intakeId);
  return learner;
}

/** Somebody who teaches a course and is nothing else. */
export async function newTeacherOf(sql: Sql, course: BuiltIntake): Promise<string> {
  const teacher = await newCustomer(sql);
  await sql`insert into public.course_instructors (product_id, profile_id) values (${course.productId}, ${teacher})`;
  return teacher;
}

/** Calls a verb of this domain as this person; the arguments by name, as over HTTP. */
export function call<T = Record<string, unknown>>(
  sql: Sql,
  person: string,
  verb: string,
  args: Record<string, unknown> = {},
): Promise<T> {
  return as(sql, person, (tx) => ask<T>(tx, verb, args));
}

/** Calls a verb as whoever the transaction acts as. */
export async function ask<T = Record<string, unknown>>(
  sql: Sql,
  verb: string,
  args: Record<string, unknown> = {},
): Promise<T> {
  const names = Object.keys(args);
  const values = names.map((name) => {
    const value = args[name];
    return ["questions", "answers", "notes", "lines"].includes(name) ? JSON.stringify(value) : value;
  });
  const types: Record<string, string> = {
    questions: "::text::jsonb",
    answers: "::text::jsonb",
    notes: "::text::jsonb",
    lines: "::text::jsonb",
    file_ids: "::uuid[]",
    coupon_codes: "::text[]",
    bytes: "::integer",
  };
  const list = names.map((name, index) => `${name} => $${index + 1}${types[name] ?? ""}`).join(", ");
  const [row] = await sql.unsafe(`select public.${verb}(${list}) as answer`, values as never[]);
  return row?.answer as T;
}

/** Lets the bytes of a file arrive, as the function learning-upload says it; gives the file's id. */
export async function upload(sql: Sql, person: string, file: Record<string, unknown>): Promise<string> {
  const { file_id } = await call(sql, person, "prepare_upload", file);
  await sql`select public.receive_learning_file(${String(file_id)}, ${String(file.content_type)}, ${Number(file.bytes)})`;
  return String(file_id);
}

/** The lessons a person may read, of these. */
export async function readable(sql: Sql, person: string, lessons: string[]): Promise<string[]> {
  const rows = await as(
    sql,
    person,
    (tx) => tx`select lesson_id from public.lesson_contents where lesson_id = any (${lessons}::uuid[])`,
  );
  return lessons.filter((id) => rows.some((row) => row.lesson_id === id));
}

/** How the outline of a course shows its lessons to a person. */
export async function outline(sql: Sql, person: string, course: BuiltIntake): Promise<Outline> {
  const answer = await call<Outline & { sections: { lessons: OutlineLesson[] }[] }>(sql, person, "course_outline", {
    product_id: course.productId,
  });
  return { ...answer, lessons: answer.sections.flatMap((section) => section.lessons) };
}

/** One lesson of an outline. */
export type OutlineLesson = {
  id: string;
  lock_reason: string | null;
  opens_at: string | null;
  waits_for: string | null;
  completed_at: string | null;
  score_percent: number | null;
};
/** What of an outline tests look at. */
export type Outline = {
  lock_reason: string | null;
  enrollment: Record<string, unknown> | null;
  lessons: OutlineLesson[];
};

/** The dashboard of a person. */
export const myCourses = (sql: Sql, person: string) => as(sql, person, (tx) => tx`select * from public.my_courses()`);
