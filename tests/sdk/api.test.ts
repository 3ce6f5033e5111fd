import { beforeAll, describe, expect, test } from "vitest";
import { createSeatline, type Intake, type Seatline } from "../../packages/sdk/src/index.ts";
import { signUp, useStack } from "../support/stack.ts";
import { refusal } from "./refusal.ts";

const stack = useStack();

/** A client for a person who has just signed up. */
async function newLearner(): Promise<Seatline> {
  const { token } = await signUp(stack, { first_name: "Sari" });
  return createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey, accessToken: async () => token });
}

const visitor = () => createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey });

/** The intake of this title in a seeded course. */
async function intakeOf(slug: string, title: string): Promise<Intake> {
  const { intakes } = await visitor().courses.get(slug);
  return intakes.find((intake) => intake.title === title) ?? expect.fail(`no ${title} in ${slug}`);
}

describe("the catalogue", () => {
  test("a visitor sees published courses with intakes, prices and seats, and no draft", async () => {
    const data = await Array.fromAsync(visitor().courses.iterate({ limit: 100, currency: "IDR" }));
    const slugs = data.map(({ slug }) => slug);
    expect(slugs).toContain("typescript-in-depth");
    expect(slugs).not.toContain("rust-first-steps");
    expect(slugs).not.toContain("negotiation-weekend");
    const intakes = data.flatMap((course) => course.intakes);
    for (const { seats, seats_available, prices } of intakes) {
      expect(seats === null).toBe(seats_available === null);
      expect(prices.every(({ currency, amount }) => currency === "IDR" && Number.isSafeInteger(amount))).toBe(true);
    }
  });

  test("pages show each course once, in one order", async () => {
    const { courses } = visitor();
    const few = await Array.fromAsync(courses.iterate({ limit: 5 }), ({ id }) => id);
    const many = await Array.fromAsync(courses.iterate({ limit: 100 }), ({ id }) => id);
    expect(new Set(few).size).toBe(few.length);
    // other files publish meanwhile
    expect(many.filter((id) => few.includes(id))).toEqual(few);
  });

  test("a search finds a part of a title in any case, and takes its wildcards literally", async () => {
    const { courses } = visitor();
    expect((await courses.list({ search: "TYPESCRIPT" })).data.map(({ slug }) => slug)).toEqual([
      "typescript-in-depth",
    ]);
    for (const search of ["%", "*", "_", '"', "a,b", "(", "\\"])
      expect((await courses.list({ search })).data, search).toEqual([]);
  });

  test("a course is found by slug and by id, with its description; a draft is not found", async () => {
    const { courses } = visitor();
    const bySlug = await courses.get("typescript-in-depth");
    expect(bySlug.description).not.toBe("");
    const { id, title, description } = bySlug;
    expect(await courses.get(id)).toMatchObject({ id, title, description });
    expect(await refusal(courses.get("rust-first-steps"))).toMatchObject({ code: "not_found", status: 404 });
  });
});

describe("a learner", () => {
  let learner: Seatline;
  beforeAll(async () => {
    learner = await newLearner();
  });

  test("reads and changes the own profile", async () => {
    expect(await learner.people.me()).toMatchObject({ first_name: "Sari" });
    expect(await learner.people.update({ last_name: "Wijaya" })).toMatchObject({
      first_name: "Sari",
      last_name: "Wijaya",
    });
    expect(await refusal(learner.people.update({ phone: "no phone" }))).toMatchObject({
      code: "invalid_input",
      status: 400,
    });
  });

  test("takes a free seat once, and finds it among the own courses and orders", async () => {
    const intake = await intakeOf("open-lecture-future-of-work", "Lecture evening");
    const key = crypto.randomUUID();
    const first = await learner.courses.enroll({ intake_id: intake.id }, { idempotencyKey: key });
    expect(first).toMatchObject({
      enrollment: { intake_id: intake.id, status: "active" },
      order: { status: "paid", total_amount: 0 },
    });
    expect(await learner.courses.enroll({ intake_id: intake.id }, { idempotencyKey: key })).toEqual(first);
    expect(await refusal(learner.courses.enroll({ intake_id: intake.id }))).toMatchObject({
      code: "already_enrolled",
      status: 409,
    });
    expect(await learner.courses.mine()).toMatchObject([
      { intake_id: intake.id, status: "active", order_id: first.order.id },
    ]);
    expect(await learner.orders.get(first.order.id)).toMatchObject(first.order);
    expect((await learner.orders.list({ status: "paid" })).data.map(({ id }) => id)).toEqual([first.order.id]);
  });

  test("orders a paid seat, which is held, and cancels it, which frees it", async () => {
    const intake = await intakeOf("postgres-for-engineers", "Weekend in Bandung");
    const available = async () => (await visitor().inventory.levels([intake.variant_id]))[0]?.available;
    const before = await available();
    const order = await learner.orders.place({
      lines: [{ variant_id: intake.variant_id, quantity: 1 }],
      currency: "IDR",
    });
    expect(order).toMatchObject({ status: "pending", items: [{ quantity: 1, enrollment: { status: "reserved" } }] });
    expect(await available()).toBe((before ?? 0) - 1);
    const cancelled = await learner.orders.cancel({ order_id: order.id, reason: "changed my mind" });
    expect(cancelled).toMatchObject({ id: order.id, status: "cancelled", cancel_reason: "changed my mind" });
    expect(await available()).toBe(before);
  });

  test("starts a checkout and gets one page, however often it is asked for", async () => {
    const intake = await intakeOf("typescript-in-depth", "Next cohort");
    const order = await learner.orders.place({ lines: [{ variant_id: intake.variant_id, quantity: 1 }] });
    const started = await learner.checkout.start({ order_id: order.id });
    expect(started).toMatchObject({ order: { id: order.id }, payment: { order_id: order.id, status: "pending" } });
    expect(URL.canParse(started.payment.url)).toBe(true);
    expect((await learner.checkout.start({ order_id: order.id })).payment.url).toBe(started.payment.url);
  });

  test("reads the own notifications and marks one read", async () => {
    const unreadIds = async () => (await learner.notifications.list({ unread: true })).data.map(({ id }) => id);
    await expect.poll(unreadIds).not.toEqual([]);
    const [id = ""] = await unreadIds();
    expect((await learner.notifications.markRead(id)).read_at).not.toBeNull();
    expect(await unreadIds()).not.toContain(id);
    const stranger = await newLearner();
    expect(await refusal(stranger.notifications.markRead(id))).toMatchObject({ code: "not_found", status: 404 });
  });
});

describe("refusals", () => {
  test("a visitor who buys is asked to sign in, by every verb", async () => {
    const { orders, courses, checkout, people } = visitor();
    const id = crypto.randomUUID();
    for (const call of [
      () => orders.place({ lines: [{ variant_id: id, quantity: 1 }] }),
      () => orders.get(id),
      () => orders.cancel({ order_id: id }),
      () => courses.enroll({ intake_id: id }),
      () => courses.mine(),
      () => checkout.start({ order_id: id }),
      () => people.me(),
    ]) {
      expect(await refusal(call()), String(call)).toMatchObject({ code: "sign_in_required", status: 401 });
    }
  });

  test("another's order is not there", async () => {
    const [owner, stranger] = await Promise.all([newLearner(), newLearner()]);
    const intake = await intakeOf("keamanan-web-praktis", "Lab daring");
    const order = await owner.orders.place({ lines: [{ variant_id: intake.variant_id, quantity: 1 }] });
    const notThere = { code: "order_not_found", status: 404 };
    expect(await refusal(stranger.orders.get(order.id))).toMatchObject(notThere);
    expect(await refusal(stranger.orders.cancel({ order_id: order.id }))).toMatchObject(notThere);
    expect(await refusal(stranger.checkout.start({ order_id: order.id }))).toMatchObject(notThere);
    expect((await stranger.orders.list()).data).toEqual([]);
    await owner.orders.cancel({ order_id: order.id });
  });

  test("a text where an id belongs is invalid_input, and a used key with another body idempotency_key_reused", async () => {
    const learner = await newLearner();
    expect(await refusal(learner.orders.get("not-an-id"))).toMatchObject({ code: "invalid_input", status: 400 });
    const intake = await intakeOf("javascript-from-zero", "Self-paced");
    const options = { idempotencyKey: crypto.randomUUID() };
    await learner.courses.enroll({ intake_id: intake.id }, options);
    expect(await refusal(learner.courses.enroll({ intake_id: crypto.randomUUID() }, options))).toMatchObject({
      code: "idempotency_key_reused",
      status: 422,
    });
  });

  test("a refusal carries the id under which the server logged the call", async () => {
    expect((await refusal(visitor().courses.mine())).requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a wrong key is invalid_api_key, a foreign token invalid_token", async () => {
    const url = stack.urls.api;
    expect(await refusal(createSeatline({ url, key: "sb_publishable_wrong" }).courses.list())).toMatchObject({
      code: "invalid_api_key",
      status: 401,
    });
    const foreign = createSeatline({ url, key: stack.keys.publishableKey, accessToken: async () => "a.b.c" });
    expect(await refusal(foreign.courses.list())).toMatchObject({ code: "invalid_token", status: 401 });
  });
});
