import { describe, expect, test } from "vitest";
import { as, enroll, orderOne, payOrder } from "../support/buying.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner, newCustomer } from "../support/people.ts";
import { newStaff, newTeacher, windUp } from "./running.ts";

const database = useDatabase();

const due = (sql: Sql, { intakeId }: BuiltIntake, needed: number, autoCancel: boolean) =>
  sql`update public.intakes set min_seats = ${needed}, decide_at = now() - interval '1 second', auto_cancel = ${autoCancel} where id = ${intakeId}`;

const decide = async (sql: Sql) => (await sql`select private.decide_next_intake() as decided`)[0]?.decided;

const guaranteed = async (sql: Sql, { intakeId }: BuiltIntake) => {
  await asAnon(sql);
  const [row] = await sql`select intakes.guaranteed from public.intakes where id = ${intakeId}`;
  await asOwner(sql);
  return row?.guaranteed;
};

describe("an intake that needs a number of learners", () => {
  test("is guaranteed from the learner on who fills it, as everybody sees", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 5, price: 10_00 });
      expect(await guaranteed(sql, intake)).toBeNull();
      await sql`update public.intakes set min_seats = 2 where id = ${intake.intakeId}`;
      for (const expected of [false, true]) {
        const learner = await newCustomer(sql);
        const order = await orderOne(sql, learner, intake.variantId);
        expect(await guaranteed(sql, intake)).toBe(false); // a hold is no learner
        await payOrder(sql, learner, order.id);
        expect(await guaranteed(sql, intake)).toBe(expected);
      }
    }));

  test("takes place when there are enough of them in time, and is decided once", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 5 });
      await enroll(sql, await newCustomer(sql), intake.intakeId);
      await due(sql, intake, 1, true);
      expect([await decide(sql), await decide(sql)]).toEqual([true, false]);
      const [row] =
        await sql`select status, decided_at is not null as decided from public.intakes where id = ${intake.intakeId}`;
      expect(row).toEqual({ status: "published", decided: true });
      expect(await sql`select name from public.events where subject_id = ${intake.intakeId}`).toEqual([
        { name: "intake.guaranteed" },
      ]);
    }));

  test("is cancelled with all money going back when there are too few", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 5, price: 10_00 });
      const [learner, unpaid] = [await newCustomer(sql), await newCustomer(sql)];
      const order = await orderOne(sql, learner, intake.variantId);
      await payOrder(sql, learner, order.id);
      await orderOne(sql, unpaid, intake.variantId);
      await due(sql, intake, 2, true);
      expect([await decide(sql), await decide(sql)]).toEqual([true, false]);
      await expectRefusal(async () => orderOne(sql, await newCustomer(sql), intake.variantId), {
        code: "intake_cancelled",
        status: 409,
      });
      expect(await windUp(sql)).toBe(2);
      expect(await sql`select amount, reason from public.refunds where order_id = ${order.id}`).toEqual([
        { amount: 10_00, reason: "intake_cancelled" },
      ]);
      const [row] =
        await sql`select status, cancel_reason, wound_up_at is not null as over from public.intakes where id = ${intake.intakeId}`;
      expect(row).toEqual({ status: "cancelled", cancel_reason: "fewer than 2 learners", over: true });
    }));

  test("is put before those who teach it or may cancel it, each once, when it is not cancelled by itself; another day asks again", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 5 });
      const told = [
        await newTeacher(sql, intake.productId),
        await newStaff(sql, "finance"),
        await newStaff(sql, "catalog_manager"),
      ];
      await newStaff(sql, "support");
      await due(sql, intake, 2, false);
      const alerts = () =>
        sql`select payload ->> 'profile_id' as id from public.events where subject_id = ${intake.intakeId} and name = 'intake.below_minimum'`;
      expect([await decide(sql), await decide(sql)]).toEqual([true, false]);
      const ids = (await alerts()).map(({ id }) => id);
      expect(ids.filter((id) => told.includes(id)).sort()).toEqual([...told].sort());
      expect(new Set(ids).size).toBe(ids.length);
      await sql`update public.intakes set decide_at = now() + interval '1 day' where id = ${intake.intakeId}`;
      expect(await decide(sql)).toBe(false);
      await sql`update public.intakes set decide_at = now() where id = ${intake.intakeId}`;
      expect(await decide(sql)).toBe(true);
      expect(await alerts()).toHaveLength(2 * ids.length);
    }));

  test.each([
    ["min_seats = 6", "intakes_need_a_number_that_fits"],
    ["decide_at = now()", "intakes_decide_about_a_minimum"],
    ["min_seats = 2, decide_at = starts_at + interval '1 second'", "intakes_decide_before_they_start"],
  ])("refuses %s", (change, constraint) =>
    database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql, { seats: 5, starts: new Date(Date.now() + 9_000_000) });
      const refusal = sql.unsafe(`update public.intakes set ${change} where id = '${intakeId}'`);
      await expect(sql.unsafe("savepoint s").then(() => refusal)).rejects.toThrow(constraint);
      await sql.unsafe("rollback to s");
    }),
  );
});

describe("the link to an intake's online room", () => {
  test("is read by those with an open seat, who teach, and who write the catalogue; by nobody else", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 5, price: 10_00 });
      const other = await publishedIntake(sql);
      const [teacher, stranger] = [await newTeacher(sql, intake.productId), await newTeacher(sql, other.productId)];
      const write = (url: string) => (tx: Sql) =>
        tx`insert into public.intake_links (intake_id, url) values (${intake.intakeId}, ${url})`;
      await expectRefusal(() => as(sql, stranger, write("https://meet.test/a")), { code: "42501", status: 403 });
      await as(sql, teacher, write("https://meet.test/a"));
      const [learner, unpaid] = [await newCustomer(sql), await newCustomer(sql)];
      await payOrder(sql, learner, (await orderOne(sql, learner, intake.variantId)).id);
      await orderOne(sql, unpaid, intake.variantId);
      const seen = async (person: string) =>
        (await as(sql, person, (tx) => tx`select url from public.intake_links`)).length;
      expect(await Promise.all([learner, teacher].map(seen))).toEqual([1, 1]);
      expect(await seen(await newStaff(sql, "catalog_manager"))).toBe(1);
      for (const person of [unpaid, stranger, await newCustomer(sql), await newStaff(sql, "support")])
        expect(await seen(person)).toBe(0);
      const hour = 3_600_000;
      await sql`insert into public.intake_sessions (intake_id, title, starts_at, ends_at)
        values (${intake.intakeId}, 'One', ${new Date(Date.now() + hour)}, ${new Date(Date.now() + 2 * hour)})`;
      const [session] = await as(
        sql,
        learner,
        (tx) => tx`select answer ->> 'url' as url from public.my_calendar() as answer`,
      );
      expect(session?.url).toBe("https://meet.test/a");
      await sql`update public.enrollments set status = 'suspended' where learner_id = ${learner}`;
      expect(await seen(learner)).toBe(0);
    }));
});

const quoteFor = (sql: Sql, person: string, variant: string) =>
  as(sql, person, async (tx) => {
    const lines = JSON.stringify([{ variant_id: variant, quantity: 1 }]);
    return (await tx`select public.quote(${lines}::text::jsonb) as answer`)[0]?.answer;
  });

describe("an early price", () => {
  test("is a sale that ends, and says so", () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await publishedIntake(sql, { seats: 5, price: 100_00 });
      const [list] =
        await sql`insert into public.price_lists (name, status, ends_at) values ('Early bird', 'active', now() + interval '1 day') returning id, ends_at`;
      await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, amount) values (${list?.id}, ${variantId}, 'IDR', 7500)`;
      const learner = await newCustomer(sql);
      const early = await quoteFor(sql, learner, variantId);
      expect(early.total_amount).toBe(75_00);
      expect(early.lines[0].price_reason).toMatchObject({ kind: "sale", name: "Early bird" });
      expect(Date.parse(early.lines[0].price_reason.until)).toBe(list?.ends_at.getTime());
      await sql`update public.price_lists set starts_at = now() - interval '1 day', ends_at = now()`;
      expect((await quoteFor(sql, learner, variantId)).total_amount).toBe(100_00);
    }));

  test("for the first two seats is a promotion with a limit, and the third pays the whole", () =>
    database.rolledBack(async (sql) => {
      const { variantId, productId } = await publishedIntake(sql, { seats: 5, price: 100_00 });
      const [promotion] =
        await sql`insert into public.promotions (name, kind, status, automatic, basis_points, usage_limit)
        values ('First two', 'percent', 'active', true, 2500, 2) returning id`;
      await sql`insert into public.promotion_products (promotion_id, product_id) values (${promotion?.id}, ${productId})`;
      const totals = [];
      for (let seat = 0; seat < 3; seat++)
        totals.push((await orderOne(sql, await newCustomer(sql), variantId)).total_amount);
      expect(totals).toEqual([75_00, 75_00, 100_00]);
    }));
});

describe("courses that come first", () => {
  test("block the sale where the course says so: in the quote, the cart, the order and for free seats", () =>
    database.rolledBack(async (sql) => {
      const first = await publishedIntake(sql, { seats: 5 });
      const second = await publishedIntake(sql, { seats: 5 });
      await sql`insert into public.course_prerequisites (product_id, required_product_id) values (${second.productId}, ${first.productId})`;
      const [learner, free] = [await newCustomer(sql), await newCustomer(sql)];
      await enroll(sql, free, second.intakeId);
      await sql`update public.courses set prerequisites_block_sale = true where product_id = ${second.productId}`;
      const missing = { code: "prerequisite_missing", status: 409 };
      const { problems } = await quoteFor(sql, learner, second.variantId);
      expect(problems).toMatchObject([{ code: "prerequisite_missing" }]);
      expect(JSON.parse(problems[0].details)).toMatchObject({
        variant_id: second.variantId,
        missing: [{ slug: first.slug }],
      });
      await expectRefusal(() => orderOne(sql, learner, second.variantId), missing);
      await expectRefusal(() => enroll(sql, learner, second.intakeId), missing);
      await expectRefusal(
        () => as(sql, learner, (tx) => tx`select public.add_to_cart(${second.variantId}, 1)`),
        missing,
      );
      const [bundle] =
        await sql`insert into public.products (kind, slug, title, summary, status) values ('bundle', 'second-bundled', 'Bundle', '', 'published') returning id`;
      const [variant] =
        await sql`insert into public.variants (product_id, sku, title) values (${bundle?.id}, 'BUN', 'Both') returning id`;
      await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, 'IDR', 4000)`;
      await sql`insert into public.bundle_items (bundle_variant_id, component_variant_id, quantity) values (${variant?.id}, ${second.variantId}, 1)`;
      await expectRefusal(() => orderOne(sql, learner, variant?.id), missing);
      await asAnon(sql);
      const lines = JSON.stringify([{ variant_id: second.variantId, quantity: 1 }]);
      const [seen] = await sql`select public.quote(${lines}::text::jsonb) as answer`;
      expect(seen?.answer.problems).toEqual([]);
      await asOwner(sql);
      await enroll(sql, learner, first.intakeId);
      await expectRefusal(() => enroll(sql, learner, second.intakeId), missing);
      await sql`update public.enrollments set status = 'completed' where learner_id = ${learner}`;
      expect((await enroll(sql, learner, second.intakeId)).enrollment.status).toBe("active");
    }));
});
