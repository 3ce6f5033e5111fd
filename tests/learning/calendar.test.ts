import { describe, expect, test } from "vitest";
import { as } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner, newCustomer } from "../support/people.ts";
import { ask, type BuiltCourse, buildCourse, call, myCourses, newLearnerIn, newTeacherOf } from "./teaching.ts";

const database = useDatabase();

/** Adds a session that begins so many hours from now and lasts two; gives its id. */
async function session(sql: Sql, course: BuiltCourse, hours: number, url?: string): Promise<string> {
  const [row] = await sql`insert into public.intake_sessions (intake_id, title, starts_at, ends_at)
    values (${course.intakeId}, ${`In ${hours} h`}, now() + make_interval(hours => ${hours}), now() + make_interval(hours => ${hours + 2})) returning id`;
  if (url) await sql`insert into public.session_links (session_id, url) values (${row?.id}, ${url})`;
  return row?.id;
}

const calendar = async (sql: Sql, person: string, from: Date | null = null): Promise<Record<string, unknown>[]> =>
  as(sql, person, async (tx) => (await tx`select public.my_calendar(${from}) as entry`).map(({ entry }) => entry));

describe("a calendar", () => {
  test("has the sessions of open seats, soonest first, from now on; the dashboard shows the next", () =>
    database.rolledBack(async (sql) => {
      const [course, other] = [await buildCourse(sql, [{}]), await buildCourse(sql, [{}])];
      const learner = await newLearnerIn(sql, course);
      const past = await session(sql, course, -3);
      const [later, running] = [await session(sql, course, 24, "https://meet.test/a"), await session(sql, course, -1)];
      await session(sql, other, 2);
      expect(await calendar(sql, learner)).toMatchObject([
        { session_id: running, url: null },
        { session_id: later, url: "https://meet.test/a", slug: course.slug },
      ]);
      expect((await calendar(sql, learner, new Date(0)))[0]).toMatchObject({ session_id: past });
      expect(await myCourses(sql, learner)).toMatchObject([{ next_session: { id: running, title: "In -1 h" } }]);
      await sql`update public.enrollments set status = 'suspended' where learner_id = ${learner}`;
      expect(await calendar(sql, learner)).toEqual([]);
    }));

  test("is read by whoever has its address, until the address is replaced", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}]);
      const learner = await newLearnerIn(sql, course);
      await session(sql, course, 24);
      const token = async () =>
        String((await call(sql, learner, "renew_calendar_link", { calendar: "sessions" })).path).split("token=")[1] ??
        "";
      const first = await token();
      expect(first).toMatch(/^[0-9a-f]{64}$/);
      expect(await ask(sql, "calendar_feed", { token: first })).toMatchObject({ sessions: [{ title: "In 24 h" }] });
      const second = await token();
      const gone = { code: "calendar_not_found", status: 404 };
      for (const old of [first, "", null]) await expectRefusal(() => ask(sql, "calendar_feed", { token: old }), gone);
      await expectRefusal(() => call(sql, learner, "calendar_feed", { token: second }), { code: "42501", status: 403 });
      await expectRefusal(() => call(sql, learner, "renew_calendar_link", { calendar: "all" }), gone);
    }));
});

describe("a session", () => {
  test("has public dates, and a room whose address only its learners and teachers read", () =>
    database.rolledBack(async (sql) => {
      const [course, other] = [await buildCourse(sql, [{}]), await buildCourse(sql, [{}])];
      const [learner, teacher] = [await newLearnerIn(sql, course), await newTeacherOf(sql, course)];
      const [stranger, foreign] = [await newLearnerIn(sql, other), await newTeacherOf(sql, other)];
      const id = await session(sql, course, 24, "https://meet.test/a");
      const links = (person: string) =>
        as(sql, person, (tx) => tx`select from public.session_links where session_id = ${id}`);
      for (const person of [learner, teacher]) expect(await links(person)).toHaveLength(1);
      for (const person of [stranger, foreign, await newCustomer(sql)]) expect(await links(person)).toHaveLength(0);
      await sql`update public.enrollments set status = 'suspended' where learner_id = ${learner}`;
      expect(await links(learner)).toHaveLength(0);
      await asAnon(sql);
      expect(await sql`select from public.intake_sessions where id = ${id}`).toHaveLength(1);
      await expectRefusal(() => sql`select from public.session_links`, { code: "42501", status: 401 });
      await asOwner(sql);
    }));

  test("is written by who teaches the course, and of no other course", () =>
    database.rolledBack(async (sql) => {
      const [course, other] = [await buildCourse(sql, [{}]), await buildCourse(sql, [{}])];
      const [learner, teacher, foreign] = [
        await newLearnerIn(sql, course),
        await newTeacherOf(sql, course),
        await newTeacherOf(sql, other),
      ];
      const id = await as(sql, teacher, (tx) => session(tx, course, 24, "https://meet.test/a"));
      for (const person of [learner, foreign]) {
        await expectRefusal(() => as(sql, person, (tx) => session(tx, course, 24)), { code: "42501", status: 403 });
        const changes = await as(sql, person, async (tx) => [
          ...(await tx`update public.intake_sessions set title = 'Mine' where id = ${id} returning id`),
          ...(await tx`update public.session_links set url = 'https://evil.test' where session_id = ${id} returning session_id`),
          ...(await tx`delete from public.intake_sessions where id = ${id} returning id`),
        ]);
        expect(changes).toEqual([]);
      }
    }));
});

describe("attendance", () => {
  test("is noted by who teaches the course, for its own learners, all or nothing, and corrected by noting again", () =>
    database.rolledBack(async (sql) => {
      const [course, other] = [await buildCourse(sql, [{}]), await buildCourse(sql, [{}])];
      const [learner, classmate, stranger] = [
        await newLearnerIn(sql, course),
        await newLearnerIn(sql, course),
        await newLearnerIn(sql, other),
      ];
      const [teacher, foreign] = [await newTeacherOf(sql, course), await newTeacherOf(sql, other)];
      const session_id = await session(sql, course, -1);
      const seat = async (person: string) =>
        String((await sql`select id from public.enrollments where learner_id = ${person}`)[0]?.id);
      const [mine, theirs] = [await seat(learner), await seat(classmate)];
      const note = (person: string, notes: unknown) => call(sql, person, "note_attendance", { session_id, notes });
      expect(await note(teacher, { [mine]: "absent", [theirs]: "present" })).toEqual({ session_id, noted: 2 });
      await note(teacher, { [mine]: "late" });
      const missing = { code: "intake_session_not_found", status: 404 };
      for (const person of [learner, foreign]) await expectRefusal(() => note(person, { [mine]: "present" }), missing);
      const malformed = { code: "invalid_attendance", status: 422 };
      for (const notes of [
        null,
        [],
        "x",
        { [mine]: "there" },
        { [mine]: 1 },
        { nobody: "present" },
        { [mine]: "present", [await seat(stranger)]: "present" },
      ])
        await expectRefusal(() => note(teacher, notes), malformed);
      const seen = (person: string) =>
        as(sql, person, (tx) => tx`select status from public.attendances order by status`);
      expect(await seen(learner)).toEqual([{ status: "late" }]);
      expect(await seen(teacher)).toEqual([{ status: "late" }, { status: "present" }]);
      for (const person of [stranger, foreign]) expect(await seen(person)).toEqual([]);
    }));
});
