import { expect, test } from "vitest";
import { createSeatline, type Seatline } from "../../packages/sdk/src/index.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { type SignedUp, signUp, useStack } from "../support/stack.ts";
import { endOffer } from "../support/waiting.ts";

const stack = useStack();

type Learner = SignedUp & { seatline: Seatline };

async function newLearner(metadata: Record<string, unknown> = {}): Promise<Learner> {
  const person = await signUp(stack, metadata);
  const { token } = person;
  const seatline = createSeatline({
    url: stack.urls.api,
    key: stack.keys.publishableKey,
    accessToken: async () => token,
  });
  return { ...person, seatline };
}

/** The subjects and texts of the mails that reached an address. */
async function mailsTo(email: string): Promise<{ ID: string; Subject: string }[]> {
  const response = await fetch(`${stack.urls.mail}/api/v1/messages?query=${encodeURIComponent(email)}`);
  return ((await response.json()) as { messages: { ID: string; Subject: string }[] }).messages;
}

test("two learners wait, the first is offered the seat by mail, lets it pass, and the second takes it", async () => {
  const { intakeId, slug } = await publishedIntake(stack.sql, { seats: 1 });
  const [owner, first, second] = [
    await newLearner(),
    await newLearner({ first_name: "Ayu", locale: "en" }),
    await newLearner({ first_name: "Budi", locale: "id" }),
  ];
  const { order } = await owner.seatline.courses.enroll({ intake_id: intakeId });
  const course = await first.seatline.courses.get(slug);
  expect(course.intakes).toMatchObject([{ has_waitlist: true, seats_available: 0 }]);
  await expectRefusal(first.seatline.courses.enroll({ intake_id: intakeId }), { code: "out_of_stock", status: 409 });
  const entry = await first.seatline.courses.joinWaitlist({ intake_id: intakeId });
  expect(entry).toMatchObject({ intake_id: intakeId, status: "waiting", place: 1, offer_expires_at: null });
  expect((await second.seatline.courses.joinWaitlist({ intake_id: intakeId })).place).toBe(2);
  await expectRefusal(second.seatline.courses.joinWaitlist({ intake_id: intakeId }), {
    code: "already_waiting",
    status: 409,
  });

  await owner.seatline.orders.cancel({ order_id: order.id });
  const [offer] = await first.seatline.courses.waitlist();
  expect(offer).toMatchObject({ id: entry.id, status: "offered", place: null, slug });
  await expectRefusal(second.seatline.courses.enroll({ intake_id: intakeId }), { code: "out_of_stock", status: 409 });
  const subjects = async (email: string) => (await mailsTo(email)).map(({ Subject }) => Subject);
  await expect.poll(() => subjects(first.email)).toContain(`A seat for you: Course ${slug} · Intake`);

  await endOffer(stack.sql, intakeId, first.id);
  await stack.sql`select private.expire_due_offers()`;
  expect(await first.seatline.courses.waitlist()).toEqual([]);
  await expect.poll(() => subjects(second.email)).toContain(`Ada kursi untuk Anda: Course ${slug} · Intake`);
  const { enrollment } = await second.seatline.courses.enroll({ intake_id: intakeId });
  expect(enrollment.status).toBe("active");
  expect(await second.seatline.courses.waitlist()).toEqual([]);
  expect((await second.seatline.courses.mine()).map((card) => card.intake_id)).toEqual([intakeId]);
  const offers =
    await stack.sql`select effect_key from public.notifications where type = 'seat_offer' and profile_id = ${first.id}`;
  expect(offers).toEqual([{ effect_key: `seat-offer:${entry.id}` }]);
});

test("who waits can leave, and everything that cannot be waited for is refused with its own code", async () => {
  const { intakeId } = await publishedIntake(stack.sql, { seats: 0 });
  const { seatline } = await newLearner();
  await expectRefusal(seatline.courses.leaveWaitlist({ intake_id: intakeId }), { code: "not_waiting", status: 404 });
  await seatline.courses.joinWaitlist({ intake_id: intakeId });
  expect(await seatline.courses.leaveWaitlist({ intake_id: intakeId })).toMatchObject({ status: "left" });
  const free = await publishedIntake(stack.sql, { seats: 1 });
  await expectRefusal(seatline.courses.joinWaitlist({ intake_id: free.intakeId }), {
    code: "seats_available",
    status: 409,
  });
  await stack.sql`update public.intakes set has_waitlist = false where id = ${intakeId}`;
  await expectRefusal(seatline.courses.joinWaitlist({ intake_id: intakeId }), { code: "no_waitlist", status: 409 });
  const visitor = createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey });
  await expectRefusal(visitor.courses.waitlist(), { code: "sign_in_required", status: 401 });
});

test("the worker's schedule ends offers by the clock", async () => {
  const { intakeId } = await publishedIntake(stack.sql, { seats: 0 });
  const { id, seatline } = await newLearner();
  await seatline.courses.joinWaitlist({ intake_id: intakeId });
  await stack.sql`update public.intakes set seats = 1 where id = ${intakeId}`;
  await endOffer(stack.sql, intakeId, id);
  const [level] = await stack.sql`select name from pgboss.schedule where name = 'courses.expire-offers'`;
  expect(level?.name).toBe("courses.expire-offers");
});
