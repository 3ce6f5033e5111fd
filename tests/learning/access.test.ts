import { describe, expect, test } from "vitest";
import { as } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner, asStaff, newCustomer } from "../support/people.ts";
import {
  ask,
  type BuiltCourse,
  buildCourse,
  call,
  newLearnerIn,
  newTeacherOf,
  questions,
  readable,
  rightAnswers,
  upload,
} from "./teaching.ts";

const database = useDatabase();
const hidden = { code: "lesson_not_found", status: 404 };

/** A course with work in it, its people, and people of another course. */
async function school(sql: Sql) {
  const wishes = [{ is_preview: true }, {}, { kind: "quiz" }, { kind: "assignment" }];
  const [course, other] = [await buildCourse(sql, wishes), await buildCourse(sql, wishes)];
  const [learner, classmate, stranger] = [
    await newLearnerIn(sql, course),
    await newLearnerIn(sql, course),
    await newLearnerIn(sql, other),
  ];
  const [teacher, foreign] = [await newTeacherOf(sql, course), await newTeacherOf(sql, other)];
  const [, text, quiz, assignment] = course.lessons;
  await call(sql, learner, "complete_lesson", { lesson_id: text });
  const attempt = await call(sql, learner, "start_quiz", { lesson_id: quiz });
  await call(sql, learner, "submit_quiz", { attempt_id: attempt.id, answers: [0, [], null] });
  const file = { lesson_id: assignment, file_name: "a.txt", content_type: "text/plain", bytes: 5 };
  const file_id = await upload(sql, learner, file);
  const work = await call(sql, learner, "submit_assignment", {
    lesson_id: assignment,
    body: "Mine",
    file_ids: [file_id],
  });
  return { course, other, learner, classmate, stranger, teacher, foreign, quiz, assignment, attempt, work };
}

const tables = ["lesson_progress", "quiz_attempts", "submissions", "learning_files", "results"];
const rowsSeen = (sql: Sql, learner: string) =>
  Promise.all(
    tables.map(async (table) => {
      const owner = table === "learning_files" ? "owner_id" : "learner_id";
      const [row] = await sql.unsafe(`select count(*) as count from public.${table} where ${owner} = $1`, [learner]);
      return Number(row?.count) > 0;
    }),
  );

describe("a learner's work", () => {
  test("is seen by the learner, by who teaches the course, by staff who may, and by nobody else", () =>
    database.rolledBack(async (sql) => {
      const { learner, classmate, stranger, teacher, foreign } = await school(sql);
      const [all, none] = [tables.map(() => true), tables.map(() => false)];
      for (const person of [learner, teacher])
        expect(await as(sql, person, (tx) => rowsSeen(tx, learner))).toEqual(all);
      for (const person of [classmate, stranger, foreign, await newCustomer(sql)])
        expect(await as(sql, person, (tx) => rowsSeen(tx, learner))).toEqual(none);
      for (const role of ["support", "admin", "auditor", "instructor", "catalog_manager"] as const) {
        await asStaff(sql, role);
        expect(await rowsSeen(sql, learner), role).toEqual(["support", "admin", "auditor"].includes(role) ? all : none);
      }
      await asOwner(sql);
    }));

  test("is written by verbs only", () =>
    database.rolledBack(async (sql) => {
      const { learner, teacher } = await school(sql);
      const attempts = [
        "update public.lesson_progress set completed_at = now()",
        "update public.quiz_attempts set score_percent = 100",
        "update public.submissions set score_percent = 100, graded_at = now()",
        "update public.results set passed_at = now()",
        "delete from public.quiz_attempts",
        "update public.certificates set learner_name = 'Somebody'",
        "select * from private.quizzes",
      ];
      for (const person of [learner, teacher])
        for (const attempt of attempts)
          await expectRefusal(() => as(sql, person, (tx) => tx.unsafe(attempt)), { code: "42501", status: 403 });
    }));

  test("is graded by who teaches the course, never by its learner, a classmate or who teaches another", () =>
    database.rolledBack(async (sql) => {
      const { course, learner, classmate, foreign, teacher, work } = await school(sql);
      const grade = (person: string) =>
        call(sql, person, "grade_submission", { submission_id: work.id, score_percent: 100 });
      for (const person of [learner, classmate, foreign, await newCustomer(sql)])
        await expectRefusal(() => grade(person), { code: "submission_not_found", status: 404 });
      await sql`insert into public.course_instructors (product_id, profile_id) values (${course.productId}, ${learner})`;
      await expectRefusal(() => grade(learner), { code: "submission_not_found", status: 404 });
      expect(await grade(teacher)).toMatchObject({ score_percent: 100 });
    }));
});

describe("what is in a lesson", () => {
  test("is for learners while it is open, for who teaches the course and who writes the catalogue", () =>
    database.rolledBack(async (sql) => {
      const { course, learner, stranger, teacher, foreign } = await school(sql);
      const preview = course.lessons.slice(0, 1);
      for (const person of [learner, teacher])
        expect(await readable(sql, person, course.lessons)).toEqual(course.lessons);
      for (const person of [stranger, foreign]) expect(await readable(sql, person, course.lessons)).toEqual(preview);
      for (const role of ["catalog_manager", "instructor", "auditor"] as const) {
        const person = await asStaff(sql, role);
        await asOwner(sql);
        expect(await readable(sql, person, course.lessons), role).toEqual(
          role === "catalog_manager" ? course.lessons : preview,
        );
      }
      await asAnon(sql);
      const seen =
        await sql`select lesson_id from public.lesson_contents where lesson_id = any (${course.lessons}::uuid[])`;
      expect(seen.map(({ lesson_id }) => lesson_id)).toEqual(preview);
      expect(await ask(sql, "course_outline", { product_id: course.productId })).toMatchObject({
        lock_reason: "not_enrolled",
        enrollment: null,
      });
      await asOwner(sql);
    }));

  test("of a draft is for nobody but who teaches it and staff, its outline too", () =>
    database.rolledBack(async (sql) => {
      const draft = await buildCourse(sql, [{ is_preview: true }], { status: "draft" });
      const teacher = await newTeacherOf(sql, draft);
      expect(await readable(sql, teacher, draft.lessons)).toEqual(draft.lessons);
      const stranger = await newCustomer(sql);
      expect(await readable(sql, stranger, draft.lessons)).toEqual([]);
      await expectRefusal(() => call(sql, stranger, "course_outline", { product_id: draft.productId }), {
        code: "course_not_found",
        status: 404,
      });
      await expectRefusal(() => call(sql, stranger, "complete_lesson", { lesson_id: draft.lessons[0] }), hidden);
      expect(
        await as(sql, stranger, (tx) => tx`select from public.lessons where product_id = ${draft.productId}`),
      ).toHaveLength(0);
    }));

  test("is written by who teaches the course, and of no other course", () =>
    database.rolledBack(async (sql) => {
      const { course, learner, teacher, foreign, quiz } = await school(sql);
      const write = (person: string) =>
        as(sql, person, async (tx) => {
          const [lesson] =
            await tx`insert into public.lessons (section_id, kind, title) values (${course.sectionId}, 'text', 'New') returning id`;
          await tx`insert into public.lesson_contents (lesson_id, body) values (${lesson?.id}, 'Text')`;
          return (await tx`update public.lessons set title = 'Newer' where id = ${lesson?.id} returning id`).length;
        });
      expect(await write(teacher)).toBe(1);
      for (const person of [learner, foreign]) await expectRefusal(() => write(person), { code: "42501", status: 403 });
      const rename = (person: string) =>
        as(
          sql,
          person,
          (tx) => tx`update public.lessons set title = 'Mine' where product_id = ${course.productId} returning id`,
        );
      expect(await rename(foreign)).toHaveLength(0);
      expect(
        await as(
          sql,
          foreign,
          (tx) => tx`delete from public.lesson_contents where product_id = ${course.productId} returning lesson_id`,
        ),
      ).toHaveLength(0);
      await expectRefusal(() => call(sql, foreign, "put_quiz", { lesson_id: quiz, questions }), hidden);
      for (const person of [foreign, learner])
        await expectRefusal(() => call(sql, person, "quiz_questions", { lesson_id: quiz }), hidden);
      expect(await call(sql, teacher, "quiz_questions", { lesson_id: quiz })).toEqual(questions);
    }));
});

describe("a quiz", () => {
  test("is taken by its own learner only, and its answers are nowhere a learner reads", () =>
    database.rolledBack(async (sql) => {
      const { classmate, learner, quiz } = await school(sql);
      const { id } = await call(sql, learner, "start_quiz", { lesson_id: quiz });
      await expectRefusal(() => call(sql, classmate, "submit_quiz", { attempt_id: id, answers: rightAnswers }), {
        code: "attempt_not_found",
        status: 404,
      });
      const everything = await as(sql, learner, async (tx) => [
        ...(await tx`select * from public.lesson_contents`),
        ...(await tx`select * from public.quiz_attempts`),
        ...(await tx`select * from public.lessons`),
      ]);
      expect(JSON.stringify(everything)).not.toContain("a lock");
    }));
});

describe("the roster", () => {
  test("names the learners of an intake to who teaches it and to staff who may", () =>
    database.rolledBack(async (sql) => {
      const { course, learner, classmate, teacher, foreign } = await school(sql);
      const roster = (person: string) =>
        as(sql, person, (tx) => tx`select * from public.roster(${course.intakeId}) where status = 'active'`);
      expect(await roster(teacher)).toHaveLength(2);
      expect((await roster(teacher)).find(({ learner_id }) => learner_id === learner)).toMatchObject({
        first_name: "Sari",
        progress_percent: 25,
        ungraded: 1,
      });
      for (const person of [learner, classmate, foreign])
        await expectRefusal(() => roster(person), { code: "intake_not_found", status: 404 });
      expect(await enrollmentsSeen(sql, teacher, course)).toBe(2);
      expect(await enrollmentsSeen(sql, foreign, course)).toBe(0);
    }));
});

const enrollmentsSeen = async (sql: Sql, person: string, course: BuiltCourse) =>
  (await as(sql, person, (tx) => tx`select from public.enrollments where intake_id = ${course.intakeId}`)).length;
