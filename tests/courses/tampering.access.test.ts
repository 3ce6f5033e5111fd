import { describe, expect, test } from "vitest";
import { call, newLearnerIn, upload } from "../learning/teaching.ts";
import { claim, codeFor, companyWithSeats, orderSeats } from "../organisations/seats.ts";
import { orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { joinWaitlist } from "../support/waiting.ts";
import { give, orderGifts } from "./gifts.ts";
import { renew, renewable } from "./renewing.ts";

const database = useDatabase();
const line = (changes: object) => ({ quantity: 1, ...changes });

/** Rows of everything that a seat hangs on, as one text. */
async function standing(sql: Sql): Promise<string> {
  const tables = [
    "enrollments",
    "waitlist_entries",
    "gifts",
    "organisation_seats",
    "orders",
    "renewals",
    "enrollment_transfers",
    "quiz_attempts",
    "submissions",
  ];
  const found = [];
  for (const table of tables)
    found.push(
      (
        await sql.unsafe(
          `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from public.${table} as t`,
        )
      )[0]?.sum,
    );
  return found.join();
}

describe("other people's ids", () => {
  test("open nothing in any verb about seats: they answer as ids that are not there, and change nothing", () =>
    database.rolledBack(async (sql) => {
      const course = await renewable(sql);
      const target = await publishedIntake(sql, { seats: 3 });
      const given = await give(sql, [{}]);
      const company = await companyWithSeats(sql, 2);
      const seat = await claim(sql, await newCustomer(sql), (await codeFor(sql, company)).code);
      const order = await renew(sql, course.learner, course.seat);
      const full = await publishedIntake(sql, { seats: 0 });
      await joinWaitlist(sql, course.learner, full.intakeId);
      const [section] = await sql`select id from public.course_sections where product_id = ${course.productId}`;
      const lesson = async (kind: string) => {
        const [made] =
          await sql`insert into public.lessons (section_id, kind, title, pass_percent, is_required) values (${section?.id}, ${kind}, ${kind}, 70, false) returning id`;
        return String(made?.id);
      };
      const [quiz, assignment] = [await lesson("quiz"), await lesson("assignment")];
      await sql`insert into private.quizzes (lesson_id, questions) values (${quiz}, ${JSON.stringify([{ kind: "text", prompt: "?", answer: ["!"] }])}::text::jsonb)`;
      const attempt = await call(sql, course.learner, "start_quiz", { lesson_id: quiz });
      const file = await upload(sql, course.learner, {
        lesson_id: assignment,
        file_name: "a.txt",
        content_type: "text/plain",
        bytes: 5,
      });
      const attacker = await newLearnerIn(sql, course);
      const nothing = crypto.randomUUID();
      const attempts = (real: boolean): [string, Record<string, unknown>, string][] => {
        const of = (id: unknown) => (real ? id : nothing);
        return [
          ["cancellation_quote", { enrollment_id: of(course.seat) }, "enrollment_not_found"],
          ["cancel_enrollment", { enrollment_id: of(course.seat) }, "enrollment_not_found"],
          ["quote_renewal", { enrollment_id: of(course.seat) }, "enrollment_not_found"],
          ["renew_access", { enrollment_id: of(course.seat) }, "enrollment_not_found"],
          [
            "transfer_enrollment",
            { enrollment_id: of(course.seat), to_intake_id: target.intakeId },
            "enrollment_not_found",
          ],
          ["cancel_order", { order_id: of(order.id) }, "order_not_found"],
          ["get_order", { order_id: of(given.order.id) }, "order_not_found"],
          ["start_instalments", { order_id: of(order.id), plan_id: nothing }, "order_not_found"],
          ["change_gift", { gift_id: of(given.gifts[0]), recipient_email: "me@example.test" }, "gift_not_found"],
          ["assign_seat", { seat_id: of(seat.id), profile_id: attacker }, "seat_not_found"],
          ["reclaim_seat", { seat_id: of(seat.id) }, "seat_not_found"],
          ["organisation_progress", { organisation_id: of(company.id) }, "organisation_not_found"],
          [
            "invite_to_seats",
            { organisation_id: of(company.id), intake_id: company.course.intakeId },
            "organisation_not_found",
          ],
          ["leave_waitlist", { intake_id: of(full.intakeId) }, "not_waiting"],
          ["submit_quiz", { attempt_id: of(attempt.id), answers: ["!"] }, "attempt_not_found"],
          ["submit_assignment", { lesson_id: assignment, file_ids: [of(file)] }, "file_not_found"],
          ["roster", { intake_id: of(course.intakeId) }, "intake_not_found"],
          ["publish_intake", { intake_id: of(course.intakeId) }, "intake_not_found"],
          ["close_intake", { intake_id: of(course.intakeId) }, "intake_not_found"],
        ];
      };
      const before = await standing(sql);
      for (const real of [true, false])
        for (const [verb, args, code] of attempts(real))
          await expectRefusal(() => call(sql, attacker, verb, args), { code, status: 404 });
      expect(await standing(sql)).toBe(before);
    }));
});

describe("numbers that no shop sells, and prices of one's own", () => {
  test("buy no seats for others", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 1);
      const buyer = await newCustomer(sql);
      const variant_id = company.course.variantId;
      const before = await standing(sql);
      const wrong = [
        ...[0, -1, 1.5, 1e9, "2", null].map((quantity) => ({ quantity })),
        { unit_amount: 1 },
        { total_amount: 0 },
        { discount: 100 },
        { price: 0 },
      ];
      for (const changes of wrong) {
        const lines = [{ variant_id, ...line(changes) }];
        for (const attempt of [
          () => orderSeats(sql, company, lines),
          () => call(sql, company.manager, "quote_seats", { organisation_id: company.id, lines }),
          () => orderGifts(sql, buyer, [{ variant_id, gift: { recipient_email: "ayu@example.test" }, ...changes }]),
        ]) {
          const refused = await refusalOf(attempt);
          expect(refused, JSON.stringify(changes)).toMatchObject({ status: 422 });
          expect(["invalid_lines", "invalid_quantity"]).toContain(refused?.code);
        }
      }
      for (const max_amount of [0, -1, 1e15])
        await expectRefusal(
          () =>
            call(sql, buyer, "join_waitlist", { intake_id: company.course.intakeId, auto_charge: true, max_amount }),
          { code: "invalid_max_amount", status: 422 },
        );
      expect(await standing(sql)).toBe(before);
    }));

  test("make no paid seat free: whoever enrols in it pays what the catalogue says", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 3, price: 90_00 });
      const learner = await newCustomer(sql);
      await expectRefusal(() => call(sql, learner, "enroll", { intake_id: intake.intakeId }), {
        code: "payment_required",
        status: 402,
      });
      const order = await orderOne(sql, learner, intake.variantId);
      expect(order.total_amount).toBe(90_00);
      await payOrder(sql, learner, order.id);
      const [seat] = await sql`select status from public.enrollments where learner_id = ${learner}`;
      expect(seat?.status).toBe("active");
    }));
});
