import fc from "fast-check";
import { expect, test } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { buildCourse, call } from "../learning/teaching.ts";
import { found, orderSeats, reclaim } from "../organisations/seats.ts";
import { cancelOrder, enroll } from "../support/buying.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { refusalOf } from "../support/expect-error.ts";
import { violations } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { endOffer, joinWaitlist, leaveWaitlist } from "../support/waiting.ts";
import { claimGift, codeOf, orderGifts } from "./gifts.ts";
import { newStaff } from "./running.ts";
import { SchoolModel } from "./school-model.ts";

const histories = randomRounds(3);
const people = 5;

const database = useDatabase();

const who = fc.nat({ max: people - 1 });
const intake = fc.nat({ max: 1 });
const verbs = {
  enrolls: 6,
  joins: 6,
  leaves: 1,
  "offer ends": 2,
  "gives back": 4,
  moves: 3,
  "is granted": 2,
  "is withdrawn": 1,
  renews: 1,
  "claims a seat": 3,
  "loses the seat": 1,
} as const;
const arbitraries = Object.entries(verbs).map(([does, weight]) => ({
  weight,
  arbitrary: fc.record({ does: fc.constant(does as keyof typeof verbs), who, intake }),
}));
const action = fc.oneof(
  ...arbitraries,
  { weight: 2, arbitrary: fc.record({ does: fc.constant("has seats" as const), intake, count: fc.nat({ max: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("sells seats" as const), intake, count: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("is given" as const), intake }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("claims a gift" as const), who, which: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("takes a gift back" as const), which: fc.nat({ max: 9 }) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** A history that chance does not always bring: two wait, a seat frees, the offer passes on, and a stranger tries in between. */
const promoted: Action[] = [
  { does: "enrolls", who: 0, intake: 0 },
  { does: "enrolls", who: 1, intake: 0 },
  { does: "joins", who: 2, intake: 0 },
  { does: "joins", who: 3, intake: 0 },
  { does: "gives back", who: 0, intake: 0 },
  { does: "enrolls", who: 4, intake: 0 },
  { does: "offer ends", who: 2, intake: 0 },
  { does: "enrolls", who: 2, intake: 0 },
  { does: "is given", intake: 1 },
  { does: "moves", who: 1, intake: 0 },
  { does: "claims a gift", who: 3, which: 0 },
  { does: "enrolls", who: 3, intake: 0 },
];

test(
  "whatever learners, givers, organisations and staff do in whatever order, the school ends each step where the model does",
  () => manyHistories(database, histories),
  60_000 + histories * 10_000,
);

test("that test notices a queue that is served from its end", () => {
  const lastInFirstOut = replaceInFunction(
    "private.pass_on_units",
    "order by next.position",
    "order by next.position desc",
  );
  return withSabotage(lastInFirstOut, (shop) => manyHistories(shop, 3));
}, 90_000);

async function manyHistories(shop: TestDatabase, numRuns: number): Promise<void> {
  const history = fc.array(action, { minLength: 25, maxLength: 45 });
  const lived = fc.asyncProperty(history, (steps) => shop.rolledBack((sql) => live(sql, steps)));
  const details = await fc.check(lived, { numRuns, endOnFailure: true, examples: [[promoted]] });
  expect(details.failed, fc.defaultReportMessage(details)).toBe(false);
}

type School = Awaited<ReturnType<typeof openSchool>>;

/** A course with two free intakes of two seats, five learners, an organisation with its codes, a giver and staff. */
async function openSchool(sql: Sql) {
  const course = await buildCourse(sql, [{}], { seats: 2, accessDays: 30 });
  const [second] = await sql`insert into public.intakes (product_id, title, seats, access_days)
    values (${course.productId}, 'Second', 2, 30) returning id, variant_id`;
  const [sold] =
    await sql`select private.set_course_renewal(${course.productId}, 30, null) ->> 'renewal_variant_id' as id`;
  for (const variant of [second?.variant_id, sold?.id])
    await sql`insert into public.prices (variant_id, currency, amount) values (${variant}, 'IDR', 0)`;
  const learners: string[] = [];
  for (let person = 0; person < people; person++) learners.push(await newCustomer(sql));
  const intakes = [
    { id: course.intakeId, variant: course.variantId },
    { id: String(second?.id), variant: String(second?.variant_id) },
  ];
  const company = { ...(await found(sql)), course, codes: new Map<number, string>() };
  return {
    intakes,
    learners,
    company,
    giver: await newCustomer(sql),
    staff: await newStaff(sql, "support"),
    gifts: [] as { order: string; code: string }[],
  };
}

/** Plays a history in the database and in the model, and compares after every step. */
async function live(sql: Sql, history: Action[]): Promise<void> {
  const school = await openSchool(sql);
  const model = new SchoolModel([2, 2]);
  for (const step of history) {
    const wanted = await play(sql, school, model, step);
    if (wanted !== undefined) expect(wanted.found, say(step)).toBe(wanted.expected);
    await compare(sql, school, model, say(step));
  }
}

type Ending = { found: string | null; expected: string | null };

/** Does one step in both worlds; undefined when there was nothing to do. */
async function play(sql: Sql, school: School, model: SchoolModel, step: Action): Promise<Ending | undefined> {
  const at = "intake" in step ? step.intake : -1;
  const intakeId = school.intakes[at]?.id ?? "";
  const person = "who" in step ? step.who : -1;
  const learner = school.learners[person] ?? "";
  const end = async (attempt: () => PromiseLike<unknown>, expected: string | null): Promise<Ending> => ({
    found: (await refusalOf(attempt))?.code ?? null,
    expected,
  });
  const seat = async () => {
    const [row] =
      await sql`select id from public.enrollments where learner_id = ${learner} and intake_id = ${intakeId} and status = 'active'`;
    return row?.id as string | undefined;
  };
  const withSeat = async (verb: string, by: string, more: Record<string, unknown>, expected: () => string | null) => {
    const enrollment_id = await seat();
    return enrollment_id ? end(() => call(sql, by, verb, { enrollment_id, ...more }), expected()) : undefined;
  };
  switch (step.does) {
    case "enrolls":
      return end(() => enroll(sql, learner, intakeId), model.enroll(person, at));
    case "joins":
      return end(() => joinWaitlist(sql, learner, intakeId), model.join(person, at));
    case "leaves":
      return end(() => leaveWaitlist(sql, learner, intakeId), model.leave(person, at));
    case "offer ends":
      await endOffer(sql, intakeId, learner);
      await sql`select private.expire_due_offers()`;
      model.offerEnds(person, at);
      return;
    case "gives back":
      return withSeat("cancel_enrollment", learner, {}, () => model.giveBack(person, at));
    case "moves":
      return withSeat("transfer_enrollment", learner, { to_intake_id: school.intakes[1 - at]?.id }, () =>
        model.move(person, at, 1 - at),
      );
    case "is granted": {
      const grant = { intake_id: intakeId, profile_id: learner, reason: "A prize" };
      return end(() => call(sql, school.staff, "grant_seat", grant), model.enroll(person, at, "grant"));
    }
    case "is withdrawn":
      return withSeat("withdraw_seat", school.staff, { reason: "By mistake" }, () => model.withdraw(person, at));
    case "renews":
      return withSeat("renew_access", learner, {}, () => {
        model.renew(person, at);
        return null;
      });
    case "has seats":
      return end(
        () => sql`update public.intakes set seats = ${step.count} where id = ${intakeId}`,
        model.setSeats(at, step.count),
      );
    case "sells seats": {
      const lines = [{ variant_id: school.intakes[at]?.variant, quantity: step.count }];
      const ending = await end(() => orderSeats(sql, school.company, lines), model.buySeats(at, step.count));
      if (ending.found === null && !school.company.codes.has(at)) {
        const wish = { organisation_id: school.company.id, intake_id: intakeId };
        school.company.codes.set(
          at,
          (await call<{ code: string }>(sql, school.company.manager, "invite_to_seats", wish)).code,
        );
      }
      return ending;
    }
    case "claims a seat": {
      const code = school.company.codes.get(at);
      return code ? end(() => call(sql, learner, "claim_seat", { code }), model.claimSeat(person, at)) : undefined;
    }
    case "loses the seat": {
      const [held] =
        await sql`select id from public.organisation_seats where learner_id = ${learner} and intake_id = ${intakeId} and status = 'assigned'`;
      if (held) await reclaim(sql, school.company as never, held.id);
      model.reclaimSeat(person, at);
      return;
    }
    case "is given": {
      const gift = { recipient_email: "ayu@example.test" };
      let order: Order | undefined;
      const ending = await end(async () => {
        order = await orderGifts(sql, school.giver, [{ variant_id: school.intakes[at]?.variant, gift }]);
      }, model.give(at));
      if (order) {
        const [made] =
          await sql`select gifts.id from public.gifts join public.order_items on order_items.id = order_item_id where order_items.order_id = ${order.id}`;
        school.gifts.push({ order: order.id, code: await codeOf(sql, made?.id) });
      }
      return ending;
    }
    default: {
      if (school.gifts.length === 0) return;
      const which = step.which % school.gifts.length;
      const { order, code } = school.gifts[which] as School["gifts"][number];
      return step.does === "claims a gift"
        ? end(() => claimGift(sql, learner, code), model.claimGift(person, which))
        : end(() => cancelOrder(sql, school.giver, order), model.takeGiftBack(which));
    }
  }
}

async function compare(sql: Sql, school: School, model: SchoolModel, step: string): Promise<void> {
  for (const [index, { id, variant }] of school.intakes.entries()) {
    const at = model.intakes[index] as SchoolModel["intakes"][number];
    const name = (row: Record<string, unknown>) => school.learners.indexOf(String(row.learner_id));
    const sitting =
      await sql`select learner_id, (select count(*)::int from public.renewals where renewals.enrollment_id = enrollments.id and extended_to is not null) as renewals
      from public.enrollments where intake_id = ${id} and status = 'active'`;
    const list =
      await sql`select learner_id, status from public.waitlist_entries where intake_id = ${id} and status in ('waiting', 'offered') order by position`;
    const [spare] =
      await sql`select count(*)::int as count from public.organisation_seats where intake_id = ${id} and status = 'free'`;
    const [level] = await sql`select available from public.stock_levels where variant_id = ${variant}`;
    const found = {
      sitting: sitting.map((row) => [name(row), row.renewals]).toSorted(),
      waiting: list.filter(({ status }) => status === "waiting").map(name),
      offered: list
        .filter(({ status }) => status === "offered")
        .map(name)
        .toSorted(),
      spare: spare?.count,
      free: level?.available ?? 0,
    };
    expect(found, `${step} in intake ${index}`).toEqual({
      sitting: [...at.sitting].map(([person, { renewals }]) => [person, renewals]).toSorted(),
      waiting: at.waiting,
      offered: at.offered.toSorted(),
      spare: at.spare,
      free: model.free(index),
    });
  }
  const gifts = await sql`select status from public.gifts where buyer_id = ${school.giver} order by created_at, id`;
  expect(gifts.map(({ status }) => status).toSorted(), step).toEqual(
    model.gifts.map(({ status }) => status).toSorted(),
  );
  expect(await violations(sql), step).toEqual([]);
}

const say = (step: Action) => JSON.stringify(step);
