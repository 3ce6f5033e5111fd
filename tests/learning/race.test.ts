import { describe, expect, test } from "vitest";
import { outcome, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { buildCourse, call, newLearnerIn, rightAnswers } from "./teaching.ts";

const database = useDatabase();

// Without the lock everybody finds the enrolment as it was.
const noLock = replaceInFunction("private.study_lesson", "for update", "");

describe("a quiz with two attempts", () => {
  test("gives no third one to a learner who starts and hands in from ten tabs", () => twoAttempts(database), 60_000);

  test(
    "that test notices a missing guard",
    () =>
      withSabotage(
        allOf(
          noLock,
          "alter table public.quiz_attempts drop constraint quiz_attempts_stay_within_their_limit, drop constraint quiz_attempts_are_numbered_once",
          "drop index public.quiz_attempts_one_open",
        ),
        twoAttempts,
      ),
    60_000,
  );
});

describe("an attempt", () => {
  test("is graded once, however often it is handed in", () => gradedOnce(database), 60_000);
});

describe("a course", () => {
  test("is completed once by its last lessons, all at the same moment", () => completedOnce(database), 60_000);

  test(
    "that test notices lessons that do not see each other",
    () => withSabotage(allOf(noLock, replaceInFunction("private.assess_enrollment", "for update", "")), completedOnce),
    60_000,
  );
});

async function twoAttempts(target: TestDatabase): Promise<void> {
  const course = await buildCourse(target.sql, [{ kind: "quiz", max_attempts: 2 }, {}]);
  const learner = await newLearnerIn(target.sql, course);
  const { values } = await race(target, 10, (sql) =>
    outcome(async () => {
      const { id } = await call(sql, learner, "start_quiz", { lesson_id: course.lessons[0] });
      return call(sql, learner, "submit_quiz", { attempt_id: id, answers: [0, [], null] });
    }),
  );
  const attempts =
    await target.sql`select number, submitted_at from public.quiz_attempts where learner_id = ${learner} order by number`;
  expect(attempts.map(({ number }) => number)).toEqual([1, 2].slice(0, attempts.length));
  const { accepted, attempt_over: over = 0, attempts_used_up: used = 0 } = tally(values);
  expect(accepted).toBe(attempts.length);
  expect(Number(accepted) + over + used).toBe(10);
}

async function gradedOnce(target: TestDatabase): Promise<void> {
  const course = await buildCourse(target.sql, [{ kind: "quiz" }, {}]);
  const learner = await newLearnerIn(target.sql, course);
  const { id } = await call(target.sql, learner, "start_quiz", { lesson_id: course.lessons[0] });
  const { values } = await race(target, 8, (sql) =>
    outcome(() => call(sql, learner, "submit_quiz", { attempt_id: id, answers: rightAnswers })),
  );
  expect(tally(values)).toEqual({ accepted: 1, attempt_over: 7 });
}

async function completedOnce(target: TestDatabase): Promise<void> {
  const course = await buildCourse(target.sql, [{}, {}, {}, {}, {}, {}]);
  const learner = await newLearnerIn(target.sql, course);
  const { values } = await race(target, 6, (sql, index) =>
    outcome(() => call(sql, learner, "complete_lesson", { lesson_id: course.lessons[index] })),
  );
  expect(tally(values)).toEqual({ accepted: 6 });
  const [found] = await target.sql`
    select enrollments.status, results.progress_percent,
      (select count(*) from public.events where events.name = 'course.completed' and events.subject_id = enrollments.id) as events
    from public.enrollments join public.results on results.enrollment_id = enrollments.id where enrollments.learner_id = ${learner}`;
  expect(found).toEqual({ status: "completed", progress_percent: 100, events: 1 });
}
