import { describe, expect, test } from "vitest";
import type { IntakeMessage, StaffIntake } from "../../packages/sdk/src/index.ts";
import { as, enroll, orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { joinWaitlist } from "../support/waiting.ts";
import { newStaff, newTeacher } from "./running.ts";

const database = useDatabase();

type Copy = { starts?: string | null; title?: string | null; key?: string | null };
const duplicate = (
  sql: Sql,
  person: string,
  intakeId: string,
  { starts = null, title = null, key = null }: Copy,
): Promise<StaffIntake> =>
  as(
    sql,
    person,
    async (tx) =>
      (
        await tx`select public.duplicate_intake(${intakeId}, ${starts}::text::timestamptz, ${title}, ${key}) as answer`
      )[0]?.answer,
  );

const instant = (time: string | null | undefined) => (time ? new Date(time).toISOString() : null);

describe("a copy of an intake", () => {
  test("keeps the time on the clock when the clocks change in between, and everything else but people and rooms", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 12, price: 90_00 });
      await sql`update public.intakes set time_zone = 'Europe/Berlin', starts_at = '2026-09-01T17:00:00Z', ends_at = '2026-10-06T19:00:00Z',
        enroll_opens_at = '2026-06-01T07:00:00Z', enroll_closes_at = '2026-08-31T21:59:00Z', min_seats = 4, decide_at = '2026-08-25T16:00:00Z',
        auto_cancel = true, cancel_days_before_start = 7, access_days = 90, location = 'Room 2' where id = ${intakeId}`;
      await sql`insert into public.intake_sessions (intake_id, title, starts_at, ends_at) values
        (${intakeId}, 'One', '2026-09-01T17:00:00Z', '2026-09-01T18:30:00Z'), (${intakeId}, 'Two', '2026-10-06T17:00:00Z', '2026-10-06T18:30:00Z')`;
      await sql`insert into public.intake_links (intake_id, url) values (${intakeId}, 'https://meet.test/a')`;
      const [list] = await sql`insert into public.price_lists (name, status) values ('Early', 'active') returning id`;
      const [over] =
        await sql`insert into public.price_lists (name, status, ends_at) values ('Over', 'active', now()) returning id`;
      await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, amount) values
        (${list?.id}, ${variantId}, 'IDR', 7000), (${over?.id}, ${variantId}, 'IDR', 6000)`;
      // from summer time to winter time, and back within the copy
      const manager = await newStaff(sql, "catalog_manager");
      const copy = await duplicate(sql, manager, intakeId, {
        starts: "2027-03-02T18:00:00Z",
        title: "Spring",
        key: "copy",
      });
      expect(
        await duplicate(sql, manager, intakeId, { starts: "2027-03-02T18:00:00Z", title: "Spring", key: "copy" }),
      ).toEqual(copy);
      expect(copy).toMatchObject({
        status: "draft",
        title: "Spring",
        seats: 12,
        min_seats: 4,
        auto_cancel: true,
        cancel_days_before_start: 7,
        access_days: 90,
        location: "Room 2",
        enrolled: 0,
        decided_at: null,
      });
      expect(
        [copy.starts_at, copy.ends_at, copy.enroll_opens_at, copy.enroll_closes_at, copy.decide_at].map(instant),
      ).toEqual([
        "2027-03-02T18:00:00.000Z",
        "2027-04-06T19:00:00.000Z",
        "2026-11-30T08:00:00.000Z",
        "2027-03-01T22:59:00.000Z",
        "2027-02-23T17:00:00.000Z",
      ]);
      const sessions =
        await sql`select title, starts_at from public.intake_sessions where intake_id = ${copy.id} order by starts_at`;
      expect(sessions.map(({ title, starts_at }) => `${title} ${starts_at.toISOString()}`)).toEqual([
        "One 2027-03-02T18:00:00.000Z",
        "Two 2027-04-06T17:00:00.000Z",
      ]);
      expect(await sql`select currency, amount from public.prices where variant_id = ${copy.variant_id}`).toEqual([
        { currency: "IDR", amount: 90_00 },
      ]);
      expect(await sql`select amount from public.price_list_prices where variant_id = ${copy.variant_id}`).toEqual([
        { amount: 70_00 },
      ]);
      expect(await sql`select from public.intake_links where intake_id = ${copy.id}`).toHaveLength(0);
    }));

  test("of one without dates needs none; of one with dates a start within reason; and staff who may write the catalogue", () =>
    database.rolledBack(async (sql) => {
      const manager = await newStaff(sql, "admin");
      const open = await publishedIntake(sql, { seats: null });
      expect(await duplicate(sql, manager, open.intakeId, {})).toMatchObject({
        title: "Intake",
        seats: null,
        starts_at: null,
      });
      const dated = await publishedIntake(sql, { seats: 2, starts: new Date() });
      const invalid = { code: "invalid_intake", status: 422 };
      for (const starts of [null, "infinity", "1999-12-31T00:00:00Z", "2200-01-02T00:00:00Z"])
        await expectRefusal(() => duplicate(sql, manager, dated.intakeId, { starts }), invalid);
      await expectRefusal(
        () => duplicate(sql, manager, dated.intakeId, { starts: "2027-01-01T00:00:00Z", title: " " }),
        invalid,
      );
      const hidden = { code: "intake_not_found", status: 404 };
      await expectRefusal(() => duplicate(sql, manager, "00000000-0000-0000-0000-000000000001", {}), hidden);
      for (const person of [await newTeacher(sql, open.productId), await newStaff(sql, "support")])
        await expectRefusal(() => duplicate(sql, person, open.intakeId, {}), {
          code: "permission_denied",
          status: 403,
        });
    }));
});

const write = (
  sql: Sql,
  person: string,
  intakeId: string,
  wish: Partial<Record<"subject" | "body" | "audience" | "key", string | null>> = {},
): Promise<IntakeMessage> => {
  const { subject = "Tomorrow", body = "Bring a pen.\n\nSee you.", audience = "active", key = null } = wish;
  return as(
    sql,
    person,
    async (tx) =>
      (await tx`select public.message_intake(${intakeId}, ${subject}, ${body}, ${audience}, ${key}) as answer`)[0]
        ?.answer,
  );
};

const addressed = async (sql: Sql, { id }: IntakeMessage) =>
  (
    await sql`select payload ->> 'profile_id' as id from public.events where name = 'intake_message.sent' and subject_id = ${id}`
  )
    .map((row) => row.id)
    .sort();

describe("a message to an intake", () => {
  test("goes once to each of its audience, whoever repeats it", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 2, price: 0 });
      const teacher = await newTeacher(sql, intake.productId);
      const [one, two, waiter, gone] = [
        await newCustomer(sql),
        await newCustomer(sql),
        await newCustomer(sql),
        await newCustomer(sql),
      ];
      for (const learner of [one, two]) await enroll(sql, learner, intake.intakeId);
      await sql`update public.enrollments set status = 'suspended' where learner_id = ${two}`;
      for (const learner of [waiter, gone]) await joinWaitlist(sql, learner, intake.intakeId);
      await sql`update public.waitlist_entries set status = 'left' where learner_id = ${gone}`;
      const sent = await write(sql, teacher, intake.intakeId, { key: "once" });
      expect(await write(sql, teacher, intake.intakeId, { key: "once" })).toEqual(sent);
      expect(sent).toMatchObject({ recipients: 2, sender_id: teacher, audience: "active", subject: "Tomorrow" });
      expect(await addressed(sql, sent)).toEqual([one, two].sort());
      expect(await addressed(sql, await write(sql, teacher, intake.intakeId, { audience: "waiting" }))).toEqual([
        waiter,
      ]);
      expect(await addressed(sql, await write(sql, teacher, intake.intakeId, { audience: "all" }))).toEqual(
        [one, two, waiter].sort(),
      );
    }));

  test("is written by those who teach it and by staff who may, a few times a day", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 2 });
      const other = await publishedIntake(sql);
      const teacher = await newTeacher(sql, intake.productId);
      const hidden = { code: "intake_not_found", status: 404 };
      for (const person of [
        await newTeacher(sql, other.productId),
        await newCustomer(sql),
        await newStaff(sql, "finance"),
      ])
        await expectRefusal(() => write(sql, person, intake.intakeId), hidden);
      const wrong = [
        { subject: "" },
        { subject: "a\nBcc: b" },
        { subject: "x".repeat(201) },
        { subject: null },
        { body: " " },
        { body: "x".repeat(10_001) },
        { audience: "everybody" },
        { audience: null },
      ];
      for (const wish of wrong)
        await expectRefusal(() => write(sql, teacher, intake.intakeId, wish), { code: "invalid_message", status: 422 });
      for (const role of ["support", "catalog_manager", "admin"] as const)
        await write(sql, await newStaff(sql, role), intake.intakeId);
      await write(sql, teacher, intake.intakeId);
      await write(sql, teacher, intake.intakeId);
      await expectRefusal(() => write(sql, teacher, intake.intakeId), { code: "too_many_messages", status: 429 });
      await sql`update public.intake_messages set created_at = now() - interval '24 hours'`;
      await write(sql, teacher, intake.intakeId);
      const seen = (person: string) => as(sql, person, (tx) => tx`select from public.intake_messages`);
      expect(await seen(teacher)).toHaveLength(6);
      expect(await seen(await newStaff(sql, "support"))).toHaveLength(6);
      for (const person of [await newCustomer(sql), await newStaff(sql, "finance")])
        expect(await seen(person)).toHaveLength(0);
    }));
});

describe("the roster", () => {
  test("is filtered by status, text and progress; in a sheet no name is a formula", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 9, price: 0 });
      const teacher = await newTeacher(sql, intake.productId);
      const names = ["=HYPERLINK(1)", "Ayu", "Budi"];
      for (const [index, first_name] of names.entries()) {
        const learner = await newCustomer(sql, { first_name });
        const { enrollment } = await enroll(sql, learner, intake.intakeId);
        await sql`insert into public.results (enrollment_id, product_id, learner_id, progress_percent) values (${enrollment.id}, ${intake.productId}, ${learner}, ${index * 40})`;
      }
      await sql`update public.enrollments set status = 'suspended' where learner_id = (select id from public.profiles where first_name = 'Budi')`;
      const roster = (statuses: string[] | null, search: string | null, below: number | null) =>
        as(sql, teacher, async (tx) =>
          (await tx`select first_name from public.roster(${intake.intakeId}, ${statuses}, ${search}, ${below})`)
            .map((row) => row.first_name)
            .sort(),
        );
      expect(await roster(null, null, null)).toEqual([...names].sort());
      expect(await roster(["suspended"], null, null)).toEqual(["Budi"]);
      expect(await roster(["active"], " AYU ", null)).toEqual(["Ayu"]);
      expect(await roster(null, "%", null)).toEqual([]);
      expect(await roster(null, null, 40)).toEqual(["=HYPERLINK(1)"]);
      const sheet = await as(sql, teacher, async (tx) => {
        await tx`select set_config('request.headers', '{"accept":"text/csv"}', true)`;
        return await tx`select first_name from public.roster(${intake.intakeId}, null, 'HYPER')`;
      });
      expect(sheet).toEqual([{ first_name: "'=HYPERLINK(1)" }]);
      await expectRefusal(
        async () => as(sql, await newCustomer(sql), (tx) => tx`select * from public.roster(${intake.intakeId})`),
        {
          code: "intake_not_found",
          status: 404,
        },
      );
      expect(await orderOne(sql, teacher, intake.variantId)).toMatchObject({ status: "paid" });
    }));
});
