import { describe, expect, test } from "vitest";
import { as, cancelOrder, enroll } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import {
  buildCourse,
  call,
  myCourses,
  newLearnerIn,
  newTeacherOf,
  outline,
  questions,
  readable,
  rightAnswers,
  upload,
} from "./teaching.ts";

const database = useDatabase();
const locked = { code: "lesson_locked", status: 409 };

const complete = (sql: Sql, learner: string, lesson_id?: string) =>
  call(sql, learner, "complete_lesson", { lesson_id: lesson_id ?? null });
const reasons = async (...args: Parameters<typeof outline>) =>
  (await outline(...args)).lessons.map(({ lock_reason }) => lock_reason);

describe("a lesson is open", () => {
  test("to who has a seat, and its outline to everybody; a preview is open to all", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ is_preview: true }, {}]);
      const [learner, stranger] = [await newLearnerIn(sql, course), await newCustomer(sql)];
      expect(await reasons(sql, learner, course)).toEqual([null, null]);
      expect(await reasons(sql, stranger, course)).toEqual([null, "not_enrolled"]);
      expect(await readable(sql, learner, course.lessons)).toEqual(course.lessons);
      expect(await readable(sql, stranger, course.lessons)).toEqual(course.lessons.slice(0, 1));
      await expectRefusal(() => complete(sql, stranger, course.lessons[0]), locked);
    }));

  test("one after the other where the course is sequential; what is optional holds nobody up", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ is_required: false }, {}, {}], { course: { is_sequential: true } });
      const learner = await newLearnerIn(sql, course);
      const [, first, second] = course.lessons;
      expect(await reasons(sql, learner, course)).toEqual([null, null, "previous_lesson"]);
      expect((await outline(sql, learner, course)).lessons[2]?.waits_for).toBe(first);
      expect(await readable(sql, learner, course.lessons)).not.toContain(second);
      await expectRefusal(() => complete(sql, learner, second), locked);
      await complete(sql, learner, first);
      expect(await readable(sql, learner, course.lessons)).toContain(second);
    }));

  test("from its date, and some days after the enrolment, to the second", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ opens_at: new Date(Date.now() + 3_600_000) }, { opens_after_days: 3 }]);
      const learner = await newLearnerIn(sql, course);
      const shown = await outline(sql, learner, course);
      expect(shown.lessons.map(({ lock_reason }) => lock_reason)).toEqual(["not_yet", "not_yet"]);
      expect(Date.parse(shown.lessons[1]?.opens_at ?? "") - Date.parse(String(shown.enrollment?.enrolled_at))).toBe(
        3 * 86_400_000,
      );
      const enrolledAgo = (ago: string) =>
        sql`update public.enrollments set enrolled_at = now() - ${ago}::interval where learner_id = ${learner}`;
      await enrolledAgo("2 days 23:59:59.999999");
      expect(await reasons(sql, learner, course)).toEqual(["not_yet", "not_yet"]);
      await enrolledAgo("3 days");
      expect(await reasons(sql, learner, course)).toEqual(["not_yet", null]);
    }));

  test("between the start of the intake and the end of access", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}], { starts: new Date(Date.now() + 60_000), accessDays: 30 });
      const learner = await newLearnerIn(sql, course);
      const move = (starts: string) =>
        sql`update public.intakes set starts_at = now() + ${starts}::interval where id = ${course.intakeId}`;
      expect(await reasons(sql, learner, course)).toEqual(["not_started"]);
      expect((await outline(sql, learner, course)).lessons[0]?.opens_at).not.toBeNull();
      await move("0");
      expect(await reasons(sql, learner, course)).toEqual([null]);
      await move("-30 days");
      await sql`update public.enrollments set enrolled_at = now() - interval '30 days' where learner_id = ${learner}`;
      expect(await reasons(sql, learner, course)).toEqual(["access_over"]);
      expect(await readable(sql, learner, course.lessons)).toEqual([]);
      expect(await myCourses(sql, learner)).toMatchObject([{ state: "ended", access_ends_at: expect.any(Date) }]);
    }));

  test("once the courses that must come first are completed", () =>
    database.rolledBack(async (sql) => {
      const [first, second] = [await buildCourse(sql, [{}]), await buildCourse(sql, [{}])];
      const require = (course: string, required: string) =>
        sql`insert into public.course_prerequisites (product_id, required_product_id) values (${course}, ${required})`;
      await require(second.productId, first.productId);
      await expectRefusal(() => require(first.productId, second.productId), {
        code: "prerequisite_circle",
        status: 409,
      });
      const learner = await newLearnerIn(sql, second);
      expect((await outline(sql, learner, second)).lock_reason).toBe("prerequisites");
      await enroll(sql, learner, first.intakeId);
      await complete(sql, learner, first.lessons[0]);
      expect(await reasons(sql, learner, second)).toEqual([null]);
    }));

  test("by the seat that is open, when another one of the same course opens later", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}]);
      const learner = await newLearnerIn(sql, course);
      const [next] = await sql`insert into public.intakes (product_id, title, starts_at)
        values (${course.productId}, 'Next', now() + interval '30 days') returning id, variant_id`;
      await sql`insert into public.prices (variant_id, currency, amount) values (${next?.variant_id}, 'IDR', 0)`;
      await enroll(sql, learner, next?.id);
      expect(await reasons(sql, learner, course)).toEqual([null]);
      await complete(sql, learner, course.lessons[0]);
      await sql`update public.intakes set access_days = 1 where id = ${course.intakeId}`;
      await sql`update public.enrollments set enrolled_at = now() - interval '2 days' where intake_id = ${course.intakeId}`;
      expect(await reasons(sql, learner, course)).toEqual(["not_started"]);
    }));

  test("and read in one call, which says of a locked one why, when it opens and what comes first", () =>
    database.rolledBack(async (sql) => {
      const opens_at = new Date(Date.now() + 3_600_000);
      const course = await buildCourse(sql, [{}, {}, { opens_at }], { course: { is_sequential: true } });
      const [learner, stranger] = [await newLearnerIn(sql, course), await newCustomer(sql)];
      const [first, second, third] = course.lessons;
      const read = (person: string, lesson_id?: string) =>
        call(sql, person, "lesson_document", { lesson_id: lesson_id ?? null });
      const why = async (person: string, lesson_id?: string) => {
        await sql`savepoint before_the_refusal`;
        const details = await read(person, lesson_id).catch((error) => JSON.parse(error.message).details);
        await sql`rollback to savepoint before_the_refusal`;
        return details;
      };
      expect(await read(learner, first)).toMatchObject({
        body: "Body 0",
        kind: "text",
        file: null,
        completed_at: null,
      });
      await expectRefusal(() => read(learner, second), locked);
      expect(JSON.parse(String(await why(learner, second)))).toEqual({
        reason: "previous_lesson",
        opens_at: null,
        waits_for: first,
      });
      const late = JSON.parse(String(await why(learner, third)));
      expect([late.reason, Date.parse(late.opens_at)]).toEqual(["not_yet", opens_at.getTime()]);
      await expectRefusal(() => read(stranger, first), locked);
      await expectRefusal(() => read(stranger, course.productId), { code: "lesson_not_found", status: 404 });
      await complete(sql, learner, first);
      expect(await read(learner, first)).toMatchObject({ completed_at: expect.any(String) });
    }));

  test("no more once the seat is given back; progress stays", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}, {}]);
      const learner = await newCustomer(sql);
      const { order } = await enroll(sql, learner, course.intakeId);
      await complete(sql, learner, course.lessons[0]);
      await cancelOrder(sql, learner, order.id);
      expect(await readable(sql, learner, course.lessons)).toEqual([]);
      expect(await sql`select lesson_id from public.lesson_progress where learner_id = ${learner}`).toHaveLength(1);
    }));
});

describe("a course in two languages", () => {
  test("is read in the one that was asked for, and in its base text where nothing is translated", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}, {}]);
      const learner = await newLearnerIn(sql, course);
      const translate = (table: string, texts: object, column: string, id?: string) =>
        sql`update ${sql(`public.${table}`)} set translations = ${JSON.stringify({ en: texts })}::text::jsonb where ${sql(column)} = ${id ?? null}`;
      await translate("products", { title: "The course" }, "id", course.productId);
      await translate("intakes", { title: "This spring" }, "id", course.intakeId);
      await translate("course_sections", { title: "Begin" }, "id", course.sectionId);
      await translate("lessons", { title: "The first" }, "id", course.lessons[0]);
      await translate("lesson_contents", { body: "Read this." }, "lesson_id", course.lessons[0]);
      const args = { product_id: course.productId, locale: "en-GB" };
      const shown = await call<{ title: string; sections: { title: string; lessons: { title: string }[] }[] }>(
        sql,
        learner,
        "course_outline",
        args,
      );
      expect([shown.title, shown.sections[0]?.title]).toEqual(["The course", "Begin"]);
      expect(shown.sections[0]?.lessons.map(({ title }) => title)).toEqual(["The first", "Lesson 1"]);
      const [first] = course.lessons;
      expect(await call(sql, learner, "lesson_document", { lesson_id: first, locale: "en" })).toMatchObject({
        title: "The first",
        body: "Read this.",
      });
      expect(await call(sql, learner, "lesson_document", { lesson_id: first })).toMatchObject({
        title: "Lesson 0",
        body: "Body 0",
      });
      const card = async (locale: string | null) =>
        (
          await as(
            sql,
            learner,
            (tx) => tx`select title, intake_title, next_lesson ->> 'title' as next from public.my_courses(${locale})`,
          )
        )[0];
      expect(await card("en")).toEqual({ title: "The course", intake_title: "This spring", next: "The first" });
      expect(await card("fr")).toMatchObject({ next: "Lesson 0" });
      await expectRefusal(() => translate("lessons", { body: "no" }, "id", first), {
        code: "invalid_translations",
        status: 422,
      });
    }));
});

describe("a course is completed", () => {
  test("by its last required lesson, with one event, and moves by the status machine", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}, {}, { is_required: false }]);
      const learner = await newLearnerIn(sql, course);
      expect(await complete(sql, learner, course.lessons[0])).toMatchObject({ status: "active", progress_percent: 50 });
      expect(await myCourses(sql, learner)).toMatchObject([
        { progress_percent: 50, next_lesson: { id: course.lessons[1], kind: "text" }, result: null, state: "active" },
      ]);
      expect(await complete(sql, learner, course.lessons[1])).toMatchObject({
        status: "completed",
        progress_percent: 100,
      });
      await complete(sql, learner, course.lessons[2]);
      await complete(sql, learner, course.lessons[1]);
      expect(await completions(sql, learner)).toBe(1);
      expect(await myCourses(sql, learner)).toMatchObject([
        { status: "completed", state: "active", progress_percent: 100, next_lesson: null, result: "passed" },
      ]);
    }));

  test("by a share of its lessons, or by the mean of its scores", () =>
    database.rolledBack(async (sql) => {
      const share = await buildCourse(sql, [{}, {}, {}], {
        course: { completion_rule: "percent", completion_percent: 60 },
      });
      const learner = await newLearnerIn(sql, share);
      expect(await complete(sql, learner, share.lessons[0])).toMatchObject({ status: "active", progress_percent: 33 });
      expect(await complete(sql, learner, share.lessons[1])).toMatchObject({
        status: "completed",
        progress_percent: 66,
      });
      const score = await buildCourse(sql, [{}, { kind: "quiz" }, { kind: "quiz" }], {
        course: { completion_rule: "score", completion_percent: 50 },
      });
      await enroll(sql, learner, score.intakeId);
      await complete(sql, learner, score.lessons[0]);
      expect(await takeQuiz(sql, learner, score.lessons[1], rightAnswers)).toMatchObject({
        score_percent: 100,
        progress: { score_percent: 50, status: "completed", progress_percent: 66 },
      });
    }));

  test("not by what has another kind, nor by a lesson that is gone", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "quiz" }, {}]);
      const learner = await newLearnerIn(sql, course);
      await expectRefusal(() => complete(sql, learner, course.lessons[0]), {
        code: "lesson_of_other_kind",
        status: 409,
      });
      await sql`update public.lessons set withdrawn_at = now() where id = ${course.lessons[1] ?? null}`;
      await expectRefusal(() => complete(sql, learner, course.lessons[1]), { code: "lesson_not_found", status: 404 });
    }));
});

describe("a quiz", () => {
  test("is graded here, by points, and shows its answers once they can help nobody", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "quiz", max_attempts: 2 }]);
      const learner = await newLearnerIn(sql, course);
      const started = await call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] });
      expect(JSON.stringify(started)).not.toMatch(/"answer"|explanation/);
      expect(await call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] })).toEqual(started);
      const graded = await call(sql, learner, "submit_quiz", { attempt_id: started.id, answers: [1, [0], null] });
      expect(graded).toMatchObject({
        score_percent: 25,
        is_passed: false,
        questions: [{ is_right: true }, { is_right: false }, { is_right: false }],
      });
      expect(JSON.stringify(graded)).not.toMatch(/"answer"|explanation/);
      await expectRefusal(() => call(sql, learner, "submit_quiz", { attempt_id: started.id, answers: rightAnswers }), {
        code: "attempt_over",
        status: 409,
      });
      const passed = await takeQuiz(sql, learner, course.lessons[0], rightAnswers);
      expect(passed).toMatchObject({
        number: 2,
        score_percent: 100,
        questions: [{ answer: 1 }, { answer: [0, 2] }, {}],
        progress: { status: "completed" },
      });
      await expectRefusal(() => call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] }), {
        code: "attempts_used_up",
        status: 409,
      });
    }));

  test("keeps its questions for who has begun, whatever is edited meanwhile", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "quiz" }]);
      const [learner, teacher] = [await newLearnerIn(sql, course), await newTeacherOf(sql, course)];
      const started = await call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] });
      await call(sql, teacher, "put_quiz", {
        lesson_id: course.lessons[0],
        questions: [{ ...questions[0], answer: 2 }],
      });
      expect(await call(sql, learner, "submit_quiz", { attempt_id: started.id, answers: rightAnswers })).toMatchObject({
        score_percent: 100,
      });
    }));

  test("with a time limit takes no answers after it, and the attempt counts", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "quiz", max_attempts: 1, time_limit_minutes: 10 }]);
      const learner = await newLearnerIn(sql, course);
      const started = await call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] });
      await sql`update public.quiz_attempts set due_at = now() - interval '31 seconds'`;
      await expectRefusal(() => call(sql, learner, "submit_quiz", { attempt_id: started.id, answers: rightAnswers }), {
        code: "quiz_time_over",
        status: 409,
      });
      await expectRefusal(() => call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] }), {
        code: "attempts_used_up",
        status: 409,
      });
      await sql`update public.quiz_attempts set due_at = now() - interval '29 seconds'`;
      expect(await call(sql, learner, "submit_quiz", { attempt_id: started.id, answers: rightAnswers })).toMatchObject({
        is_passed: true,
      });
    }));

  test("takes no malformed questions and no malformed answers", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "quiz" }]);
      const [learner, teacher] = [await newLearnerIn(sql, course), await newTeacherOf(sql, course)];
      const wrong: unknown[] = [
        null,
        {},
        [],
        [1],
        [{}],
        [{ ...questions[0], answer: 3 }],
        [{ ...questions[0], answer: "1" }],
        [{ ...questions[0], choices: ["A"] }],
        [{ ...questions[1], answer: [] }],
        [{ ...questions[2], answer: "lock" }],
        [{ ...questions[0], prompt: " " }],
        [{ ...questions[0], points: 0 }],
      ];
      for (const bad of wrong) {
        await expectRefusal(() => call(sql, teacher, "put_quiz", { lesson_id: course.lessons[0], questions: bad }), {
          code: "invalid_quiz",
          status: 422,
        });
      }
      const { id } = await call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] });
      for (const bad of [null, {}, [], [1, 2], "text", [1, 2, 3, 4]]) {
        await expectRefusal(() => call(sql, learner, "submit_quiz", { attempt_id: id, answers: bad }), {
          code: "invalid_answers",
          status: 422,
        });
      }
      expect(await call(sql, learner, "submit_quiz", { attempt_id: id, answers: [{}, "x", 5] })).toMatchObject({
        score_percent: 0,
      });
    }));
});

describe("an assignment", () => {
  test("is completed by a mark that passes, and handed in again after one that does not", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "assignment", max_attempts: 2 }]);
      const [learner, teacher] = [await newLearnerIn(sql, course), await newTeacherOf(sql, course)];
      const lesson_id = course.lessons[0];
      const work = { lesson_id, file_name: "work.pdf", content_type: "application/pdf", bytes: 1000 };
      const file_id = await upload(sql, learner, work);
      const first = await call(sql, learner, "submit_assignment", { lesson_id, file_ids: [file_id] });
      expect(first).toMatchObject({ number: 1, files: [{ id: file_id, file_name: "work.pdf" }] });
      await expectRefusal(() => call(sql, learner, "submit_assignment", { lesson_id, body: "More" }), {
        code: "submission_waits",
        status: 409,
      });
      await call(sql, teacher, "grade_submission", { submission_id: first.id, score_percent: 69, feedback: "Nearly." });
      await expectRefusal(
        () => call(sql, teacher, "grade_submission", { submission_id: first.id, score_percent: 100 }),
        { code: "already_graded", status: 409 },
      );
      const second = await call(sql, learner, "submit_assignment", { lesson_id, body: "Better." });
      expect(
        await call(sql, teacher, "grade_submission", { submission_id: second.id, score_percent: 70 }),
      ).toMatchObject({ score_percent: 70 });
      expect(await myCourses(sql, learner)).toMatchObject([{ status: "completed", score_percent: 70 }]);
      await expectRefusal(() => call(sql, learner, "submit_assignment", { lesson_id, body: "Again" }), {
        code: "attempts_used_up",
        status: 409,
      });
    }));

  test("takes files of known types and sizes, each once, and no empty work", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{ kind: "assignment" }]);
      const learner = await newLearnerIn(sql, course);
      const lesson_id = course.lessons[0];
      const file = { lesson_id, file_name: "work.pdf", content_type: "application/pdf", bytes: 1000 };
      for (const bad of [
        { file_name: "../x" },
        { file_name: "" },
        { content_type: "application/x-msdownload" },
        { bytes: 0 },
        { bytes: 20971521 },
      ]) {
        await expectRefusal(() => call(sql, learner, "prepare_upload", { ...file, ...bad }), {
          code: "invalid_file",
          status: 422,
        });
      }
      await expectRefusal(() => call(sql, learner, "submit_assignment", { lesson_id, body: " " }), {
        code: "invalid_submission",
        status: 422,
      });
      const other = await newLearnerIn(sql, course);
      const missing = { code: "file_not_found", status: 404 };
      const { file_id } = await call(sql, learner, "prepare_upload", file);
      for (const id of [file_id, await upload(sql, other, file)])
        await expectRefusal(() => call(sql, learner, "submit_assignment", { lesson_id, file_ids: [id] }), missing);
      const received = (type: string | null, bytes: number) =>
        sql`select public.receive_learning_file(${String(file_id)}, ${type}, ${bytes})`;
      for (const [type, bytes] of [
        ["application/x-elf", 5],
        [null, 5],
        ["application/pdf", 20971521],
      ] as const)
        await expectRefusal(() => received(type, bytes), { code: "invalid_file", status: 422 });
    }));
});

const completions = async (sql: Sql, learner: string) =>
  (
    await sql`select count(*) as count from public.events join public.enrollments on enrollments.id = subject_id
    where name = 'course.completed' and learner_id = ${learner}`
  )[0]?.count;

async function takeQuiz(sql: Sql, learner: string, lesson_id: string | undefined, answers: unknown) {
  const { id } = await call(sql, learner, "start_quiz", { lesson_id });
  return call(sql, learner, "submit_quiz", { attempt_id: id, answers });
}
