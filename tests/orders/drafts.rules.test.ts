import { describe, expect, test } from "vitest";
import type { DraftOrder, Order } from "../../packages/sdk/src/index.ts";
import { customerWithAddress } from "../payments/giving-back.ts";
import { together } from "../payments/together.ts";
import { as, getOrder, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asOwner, asStaff, newCustomer, type StaffRole, staffRoles } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

async function staff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await asStaff(sql, role);
  await asOwner(sql);
  return id;
}

/** Calls a verb with its arguments by name. */
async function call<T>(sql: Sql, person: string, verb: string, args: Record<string, unknown>): Promise<T> {
  const named = Object.keys(args).map(
    (name, index) => `${name} => $${index + 1}${name === "lines" ? "::text::jsonb" : ""}`,
  );
  const values = Object.entries(args).map(([name, value]) => (name === "lines" ? JSON.stringify(value) : value));
  return as(sql, person, async (tx) => {
    const [row] = await tx.unsafe(`select public.${verb}(${named.join(", ")}) as answer`, values as never[]);
    return row?.answer;
  });
}

const available = async (sql: Sql, variant: string) => {
  const [row] = await sql`select available, reserved from public.stock_levels where variant_id = ${variant}`;
  return row;
};

describe("a draft", () => {
  test("costs what a quote says, holds nothing, and its customer does not see it", () =>
    database.rolledBack(async (sql) => {
      const [support, customer] = [await staff(sql, "support"), await customerWithAddress(sql)];
      const thing = await stockedVariant(sql, 5, { status: "published", price: 10_00 });
      const draft = await call<DraftOrder>(sql, support, "create_draft_order", {
        customer_id: customer,
        lines: [{ variant_id: thing, quantity: 2 }],
        note: "wants it by Friday",
      });
      expect(draft).toMatchObject({ status: "open", quote: { total_amount: 20_00, problems: [] }, order_id: null });
      expect(await available(sql, thing)).toEqual({ available: 5, reserved: 0 });
      expect(await as(sql, customer, (tx) => tx`select id from public.draft_orders`)).toEqual([]);
      await sql`update public.prices set amount = 11_00 where variant_id = ${thing}`;
      const lines = [{ variant_id: thing, quantity: 3 }];
      expect(
        await call<DraftOrder>(sql, support, "change_draft_order", { draft_order_id: draft.id, lines }),
      ).toMatchObject({ quote: { total_amount: 33_00 }, note: "wants it by Friday" });
      const audited =
        await sql`select distinct table_name from public.audit_log where table_name like 'draft%' order by 1`;
      expect(audited.map(({ table_name }) => table_name)).toEqual(["draft_order_lines", "draft_orders"]);
    }));

  test("that is placed is the customer's order, held until the day that staff chose, and paid like any other", () =>
    database.rolledBack(async (sql) => {
      const [support, customer] = [await staff(sql, "support"), await customerWithAddress(sql)];
      const thing = await stockedVariant(sql, 5, { status: "published", price: 10_00 });
      const seat = await publishedIntake(sql, { seats: 1, price: 30_00 });
      const { id } = await call<DraftOrder>(sql, support, "create_draft_order", {
        customer_id: customer,
        lines: [
          { variant_id: thing, quantity: 2 },
          { variant_id: seat.variantId, quantity: 1 },
        ],
      });
      const until = new Date(Date.now() + 5 * 86_400_000).toISOString();
      const order = await call<Order>(sql, support, "place_draft_order", { draft_order_id: id, hold_until: until });
      expect(order).toMatchObject({ status: "pending", total_amount: 50_00, shipping_address: { recipient: "Sari" } });
      expect(Date.parse(order.expires_at as string)).toBe(Date.parse(until));
      expect(await available(sql, thing)).toEqual({ available: 3, reserved: 2 });
      await expectRefusal(() => call(sql, support, "place_draft_order", { draft_order_id: id }), {
        code: "draft_order_not_open",
        status: 409,
      });
      const events = await sql`select name from public.events where subject_id = ${order.id} order by id`;
      expect(events.map(({ name }) => name)).toEqual(["order.placed", "draft_order.placed"]);
      expect(await payOrder(sql, customer, order.id)).toBe("applied");
      expect(await getOrder(sql, customer, order.id)).toMatchObject({
        status: "paid",
        history: expect.arrayContaining([expect.objectContaining({ to_status: "pending", actor_kind: "staff" })]),
      });
    }));

  test("keeps an agreed price, from which discounts follow, and tells its reason to staff only", () =>
    database.rolledBack(async (sql) => {
      const [admin, customer] = [await staff(sql, "admin"), await newCustomer(sql)];
      const seat = await publishedIntake(sql, { seats: 3, price: 30_00 });
      await sql`insert into public.promotions (name, kind, status, basis_points, automatic) values ('Ten percent', 'percent', 'active', 1000, true)`;
      const lines = [
        { variant_id: seat.variantId, quantity: 1, agreed_unit_amount: 20_00, agreed_reason: "their third child" },
      ];
      const draft = await call<DraftOrder>(sql, admin, "create_draft_order", { customer_id: customer, lines });
      expect(draft.quote).toMatchObject({ subtotal_amount: 20_00, discount_amount: 2_00, total_amount: 18_00 });
      const order = await call<Order>(sql, admin, "place_draft_order", { draft_order_id: draft.id });
      expect(order.items).toMatchObject([
        { unit_amount: 20_00, pricing: { base_unit_amount: 30_00, price_reason: { kind: "agreed" } } },
      ]);
      expect(JSON.stringify(await getOrder(sql, customer, order.id))).not.toContain("third child");
      const support = await staff(sql, "support");
      await expectRefusal(() => call(sql, support, "create_draft_order", { customer_id: customer, lines }), {
        code: "permission_denied",
        status: 403,
      });
    }));

  test("is refused for nobody, somebody else's address, strange lines, prices without a reason and holds without end", () =>
    database.rolledBack(async (sql) => {
      const [admin, customer] = [await staff(sql, "admin"), await newCustomer(sql)];
      const seat = await publishedIntake(sql, { seats: 3, price: 30_00 });
      const lines = [{ variant_id: seat.variantId, quantity: 1 }];
      const create = (wish: Record<string, unknown>) => () =>
        call<DraftOrder>(sql, admin, "create_draft_order", { customer_id: customer, lines, ...wish });
      const stranger = await customerWithAddress(sql);
      const [address] = await sql`select id from public.addresses where profile_id = ${stranger}`;
      const refusals: [Record<string, unknown>, string, number][] = [
        [{ customer_id: crypto.randomUUID() }, "profile_not_found", 404],
        [{ shipping_address_id: address?.id }, "address_not_found", 404],
        [{ lines: [] }, "invalid_lines", 422],
        [{ lines: [...lines, ...lines] }, "invalid_lines", 422],
        [{ lines: [{ ...lines[0], price: 1 }] }, "invalid_lines", 422],
        [{ lines: [{ variant_id: crypto.randomUUID(), quantity: 1 }] }, "variant_not_found", 404],
        [{ lines: [{ ...lines[0], agreed_unit_amount: 1 }] }, "invalid_agreed_price", 422],
        [{ lines: [{ ...lines[0], agreed_unit_amount: -1, agreed_reason: "x" }] }, "invalid_agreed_price", 422],
        [{ lines: [{ ...lines[0], agreed_unit_amount: 1e12, agreed_reason: "x" }] }, "invalid_agreed_price", 422],
        [{ coupon_codes: ["NOSUCH"] }, "coupon_not_found", 404],
        [{ currency: "XXX" }, "currency_not_supported", 422],
        [{ note: "x".repeat(2001) }, "invalid_note", 422],
      ];
      for (const [wish, code, status] of refusals) await expectRefusal(create(wish), { code, status });
      const { id } = await create({})();
      for (const hold of [new Date(0), new Date(Date.now() + 40 * 86_400_000)])
        await expectRefusal(() => call(sql, admin, "place_draft_order", { draft_order_id: id, hold_until: hold }), {
          code: "invalid_hold",
          status: 422,
        });
      await sql`update public.intakes set enroll_closes_at = now() - interval '1 second' where id = ${seat.intakeId}`;
      await expectRefusal(() => call(sql, admin, "place_draft_order", { draft_order_id: id }), {
        code: "intake_closed",
        status: 409,
      });
      expect((await call<DraftOrder>(sql, admin, "cancel_draft_order", { draft_order_id: id })).status).toBe(
        "cancelled",
      );
    }));

  test("is prepared by staff with orders.write, read by staff with orders.read, and by nobody else", () =>
    database.rolledBack(async (sql) => {
      const customer = await newCustomer(sql);
      const seat = await publishedIntake(sql, { seats: 3, price: 30_00 });
      const args = { customer_id: customer, lines: [{ variant_id: seat.variantId, quantity: 1 }] };
      const { id } = await call<DraftOrder>(sql, await staff(sql, "support"), "create_draft_order", args);
      const denied = { code: "permission_denied", status: 403 };
      const missing = { code: "draft_order_not_found", status: 404 };
      for (const role of staffRoles) {
        const person = await staff(sql, role);
        if (["support", "admin"].includes(role)) await call(sql, person, "create_draft_order", args);
        else await expectRefusal(() => call(sql, person, "create_draft_order", args), denied);
        if (["support", "warehouse", "finance", "admin", "auditor"].includes(role))
          expect((await call<DraftOrder>(sql, person, "get_draft_order", { draft_order_id: id })).id).toBe(id);
        else await expectRefusal(() => call(sql, person, "get_draft_order", { draft_order_id: id }), missing);
      }
      await expectRefusal(() => call(sql, customer, "get_draft_order", { draft_order_id: id }), missing);
      for (const verb of ["place_draft_order", "cancel_draft_order", "change_draft_order"])
        await expectRefusal(() => call(sql, customer, verb, { draft_order_id: id }), denied);
    }));
});

test("a draft that many place, change and cancel at once becomes one order or none", async () => {
  for (let round = 0; round < raceRounds(3); round++) await manyHands(database);
});

test("without the lock on the draft it becomes several", async () => {
  const bug = replaceInFunction(
    "private.lock_draft",
    "lock_draft.draft_order_id for update",
    "lock_draft.draft_order_id",
  );
  await withSabotage(bug, (target) => manyHands(target, false), { rounds: 8 });
});

async function manyHands(target: TestDatabase, cancelled = true): Promise<void> {
  const customer = await customerWithAddress(target.sql);
  const thing = await stockedVariant(target.sql, 50, { status: "published", price: 10_00 });
  const lines = JSON.stringify([{ variant_id: thing, quantity: 2 }]);
  const [row] = await target.sql`select public.create_draft_order(${customer}, ${lines}::text::jsonb) as draft`;
  const id = row?.draft.id;
  await together(target, [
    ...Array.from({ length: 5 }, () => (sql: Sql) => sql`select public.place_draft_order(${id})`),
    // cancelling is quick: in the twin it would always be first, and hide the rest
    ...(cancelled ? [(sql: Sql) => sql`select public.cancel_draft_order(${id})`] : []),
    (sql) => sql`select public.change_draft_order(${id}, ${lines}::text::jsonb)`,
  ]);
  const [found] = await target.sql`select count(*)::int as orders from public.orders where customer_id = ${customer}`;
  expect(found?.orders).toBeLessThanOrEqual(1);
  await expectInvariants(target.sql);
}
