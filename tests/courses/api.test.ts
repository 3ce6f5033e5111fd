import { describe, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newLearner, tallyAnswers, visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

describe("a free seat over HTTP", () => {
  test("is taken in one call, stands on the dashboard, and can be given back", async () => {
    const { seatline } = await newLearner(stack);
    const intake = await publishedIntake(stack.sql, { seats: 2 });
    const { enrollment, order } = await seatline.courses.enroll({ intake_id: intake.intakeId });
    expect([enrollment, order]).toMatchObject([
      { status: "active" },
      { status: "paid", items: [{ enrollment: { id: enrollment.id } }] },
    ]);
    expect(await seatline.courses.mine()).toMatchObject([
      { enrollment_id: enrollment.id, slug: intake.slug, status: "active" },
    ]);
    expect((await seatline.orders.cancel({ order_id: order.id })).status).toBe("cancelled");
    expect(await seatline.courses.mine()).toEqual([]);
    const course = await visitor(stack).courses.get(intake.slug);
    expect(course.intakes).toMatchObject([{ seats: 2, seats_available: 2 }]);
  });

  test("is one for a learner with fifty tabs", async () => {
    const learner = await newLearner(stack);
    const intake = await publishedIntake(stack.sql, { seats: 50 });
    const body = { intake_id: intake.intakeId };
    const answers = await Promise.all(Array.from({ length: 50 }, () => learner.call("enroll", body)));
    expect(tallyAnswers(answers)).toEqual({ "200": 1, "409 already_enrolled": 49 });
    expect(await learner.seatline.courses.mine()).toHaveLength(1);
  });

  test("is taken once although the response was lost and the call repeated", async () => {
    const learner = await newLearner(stack);
    const intake = await publishedIntake(stack.sql, { seats: 50 });
    const idempotencyKey = crypto.randomUUID();
    const lost = new AbortController();
    const first = learner.seatline.courses.enroll(
      { intake_id: intake.intakeId },
      { idempotencyKey, signal: lost.signal },
    );
    lost.abort();
    await expect(first).rejects.toThrow();
    const second = await learner.seatline.courses.enroll({ intake_id: intake.intakeId }, { idempotencyKey });
    expect(await learner.seatline.courses.enroll({ intake_id: intake.intakeId }, { idempotencyKey })).toEqual(second);
    expect(await learner.seatline.courses.mine()).toMatchObject([{ enrollment_id: second.enrollment.id }]);
  });
});

describe("enrolment over HTTP", () => {
  test("opens and closes by the database's clock, and tells when", async () => {
    const { seatline } = await newLearner(stack);
    const opens = new Date(Date.now() + 3_600_000);
    const early = await publishedIntake(stack.sql, { opens });
    const late = await publishedIntake(stack.sql, { opens: new Date(0), closes: new Date(Date.now() - 1_000) });
    const tooEarly = await refusal(seatline.courses.enroll({ intake_id: early.intakeId }));
    expect(tooEarly).toMatchObject({ code: "intake_not_open", status: 409 });
    expect(Date.parse(JSON.parse(tooEarly.details as string).opens_at)).toBe(opens.getTime());
    expect(await refusal(seatline.courses.enroll({ intake_id: late.intakeId }))).toMatchObject({
      code: "intake_closed",
      status: 409,
    });
    await stack.sql`update public.intakes set enroll_opens_at = now() where id = ${early.intakeId}`;
    expect((await seatline.courses.enroll({ intake_id: early.intakeId })).enrollment.status).toBe("active");
  });

  test("in what is not free, not there or not on sale is refused with its own code", async () => {
    const { seatline } = await newLearner(stack);
    const codes = [];
    for (const wish of [{ price: 10_00 }, { price: null }, { status: "draft" }, { seats: 0 }] as const) {
      const { intakeId } = await publishedIntake(stack.sql, wish);
      const { code, status } = await refusal(seatline.courses.enroll({ intake_id: intakeId }));
      codes.push([code, status]);
    }
    expect(codes).toEqual([
      ["payment_required", 402],
      ["price_missing", 422],
      ["intake_not_found", 404],
      ["out_of_stock", 409],
    ]);
  });
});

describe("an intake's life over HTTP", () => {
  test("from a copy to its cancellation, by its staff, and what its learners see of it", async () => {
    const [admin, learner] = [await newLearner(stack), await newLearner(stack)];
    await stack.sql`insert into public.role_members (profile_id, role) values (${admin.id}, 'admin')`;
    await stack.sql`update public.profiles set first_name = '=1+1' where id = ${learner.id}`;
    const day = 86_400_000;
    const [opens, starts] = [new Date(Date.now() - 20 * day), new Date(Date.now() + day)];
    const first = await publishedIntake(stack.sql, { seats: 2, opens, starts });
    const staff = admin.seatline.courses;
    const starts_at = new Date(Date.now() + 10 * day).toISOString();
    const draft = await staff.duplicateIntake({ intake_id: first.intakeId, starts_at, title: "Again" });
    expect(draft).toMatchObject({ status: "draft", title: "Again", enrolled: 0 });
    expect((await visitor(stack).courses.get(first.slug)).intakes).toHaveLength(1);
    await staff.publishIntake({ intake_id: draft.id });
    await stack.sql`update public.intakes set min_seats = 1 where id = ${draft.id}`;
    const { enrollment } = await learner.seatline.courses.enroll({ intake_id: draft.id });
    const shown = (await visitor(stack).courses.get(first.slug)).intakes.find(({ id }) => id === draft.id);
    expect(shown).toMatchObject({ guaranteed: true, min_seats: 1, status: "published" });

    await stack.sql`insert into public.intake_links (intake_id, url) values (${draft.id}, 'https://meet.test/room')`;
    expect(await learner.seatline.courses.link({ intake_id: draft.id })).toBe("https://meet.test/room");
    expect(await admin.seatline.learning.roster({ intake_id: draft.id, search: "1+1" })).toHaveLength(1);
    const [head, row, ...more] = (await admin.seatline.learning.rosterSheet({ intake_id: draft.id })).split("\n");
    expect(head?.split(",").slice(2, 6)).toEqual(["first_name", "last_name", "email", "status"]);
    expect(row?.split(",").slice(2, 3)).toEqual(["'=1+1"]);
    expect(more).toEqual([]);
    await expectRefusal(learner.seatline.learning.rosterSheet({ intake_id: draft.id }), {
      code: "intake_not_found",
      status: 404,
    });
    expect(await staff.messageIntake({ intake_id: draft.id, subject: "Hello", body: "See you." })).toMatchObject({
      recipients: 1,
    });

    const terms = await learner.seatline.courses.cancellationQuote({ enrollment_id: enrollment.id });
    expect(terms).toMatchObject({ allowed: true, refund_amount: 0 });
    expect(await learner.seatline.courses.cancelEnrollment({ enrollment_id: enrollment.id })).toMatchObject({
      status: "cancelled",
    });
    expect(await staff.closeIntake({ intake_id: draft.id })).toMatchObject({ status: "closed" });
    expect(await staff.cancelIntake({ intake_id: draft.id, reason: "too few" })).toMatchObject({ status: "cancelled" });
    expect(await refusal(learner.seatline.courses.enroll({ intake_id: draft.id }))).toMatchObject({
      code: "intake_cancelled",
      status: 409,
    });
  });
});
