import { describe, expect, test } from "vitest";
import { type OrderPage, orderStatuses } from "../../packages/sdk/src/index.ts";
import { as, cancelOrder, getOrder, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer, type StaffRole } from "../support/people.ts";

const database = useDatabase();

const page = (sql: Sql, person: string, orderId: string) =>
  getOrder(sql, person, orderId) as Promise<unknown> as Promise<OrderPage>;

async function staff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await asStaff(sql, role, await newCustomer(sql, { first_name: "Sari", last_name: role }));
  await asOwner(sql);
  return id;
}

async function paid(sql: Sql, wish: { starts?: Date } = {}) {
  const buyer = await newCustomer(sql, { first_name: "Budi", last_name: "Santoso" });
  const { variantId } = await publishedIntake(sql, { seats: 5, price: 10_00, ...wish });
  const order = await orderOne(sql, buyer, variantId);
  await payOrder(sql, buyer, order.id);
  return { buyer, order };
}

function note(sql: Sql, person: string, orderId: string, body: unknown, visible: boolean | null = null) {
  return as(sql, person, async (tx) => {
    const [row] = await tx`select public.add_order_note(${orderId}, ${body as string}, ${visible}) as answer`;
    return row?.answer;
  });
}

describe("the page of an order", () => {
  test("says in one call what was bought, paid, written and done, and who did it", () =>
    database.rolledBack(async (sql) => {
      const { buyer, order } = await paid(sql);
      const support = await staff(sql, "support");
      await note(sql, support, order.id, "Calls on Mondays.");
      await note(sql, support, order.id, "Your seat is by the window.", true);
      await cancelOrder(sql, support, order.id, { reason: "the course moved" });
      const theirs = await page(sql, buyer, order.id);
      expect(theirs).toMatchObject({
        customer: { id: buyer, name: "Budi Santoso" },
        items: [{ snapshot: { slug: expect.any(String) }, enrollment: { status: "cancelled" }, downloads: [] }],
        payments: [{ status: "refunding" }],
        refunds: [{ status: "pending", note: null, lines: [] }],
        invoices: [],
        notes: [{ body: "Your seat is by the window.", author_kind: "staff", author_name: null }],
        actions: [],
      });
      const moves = theirs.history.filter(({ machine }) => machine === "order");
      expect(moves).toMatchObject([
        { from_status: null, to_status: "pending", actor_kind: "customer", actor_id: buyer, actor_name: null },
        { from_status: "pending", to_status: "paid", actor_kind: "system" },
        {
          from_status: "paid",
          to_status: "cancelled",
          actor_kind: "staff",
          actor_id: null,
          reason: "the course moved",
        },
      ]);
      const ours = await page(sql, support, order.id);
      expect(ours.notes.map(({ body }) => body)).toEqual(["Calls on Mondays.", "Your seat is by the window."]);
      expect(ours.refunds).toMatchObject([{ note: "the course moved" }]);
      expect(ours.history.find(({ to_status }) => to_status === "cancelled")).toMatchObject({
        actor_kind: "staff",
        actor_id: support,
        actor_name: "Sari support",
      });
    }));
});

describe("what may be done next", () => {
  test("is what the verbs do: cancel and refund agree with the page in every status", () =>
    database.rolledBack(async (sql) => {
      const admin = await staff(sql, "admin");
      const { order } = await paid(sql);
      await sql`alter table public.orders disable trigger user`;
      for (const status of orderStatuses) {
        await sql`update public.orders set status = ${status}, cancelled_at = now() where id = ${order.id}`;
        const { actions } = await page(sql, admin, order.id);
        const verbs = {
          cancel: () => as(sql, admin, (tx) => tx`select public.cancel_order(${order.id}, 'a test')`),
          refund: () =>
            as(sql, admin, (tx) => tx`select public.refund_order(${order.id}, amount => 1, reason => 'a test')`),
        };
        for (const [action, verb] of Object.entries(verbs)) {
          await sql`savepoint before_verb`;
          const refused = await refusalOf(verb);
          await sql`rollback to savepoint before_verb`;
          const gone = ["order_not_cancellable", "order_not_refundable"].includes(refused?.code ?? "");
          expect([status, action, actions.includes(action as never)]).toEqual([status, action, !gone]);
        }
      }
    }));

  test("is for the customer to pay or cancel an unpaid order, and to cancel a paid one while nothing of it was used", () =>
    database.rolledBack(async (sql) => {
      const { buyer, order } = await paid(sql);
      expect((await page(sql, buyer, order.id)).actions).toEqual(["add_note", "cancel", "complain"]);
      await sql`update public.orders set paid_at = now() - interval '25 hours' where id = ${order.id}`;
      expect((await page(sql, buyer, order.id)).actions).toEqual(["add_note", "complain"]);
      await expectRefusal(() => cancelOrder(sql, buyer, order.id), { code: "order_not_cancellable", status: 409 });
      const begun = await paid(sql, { starts: new Date(Date.now() - 60_000) });
      expect((await page(sql, begun.buyer, begun.order.id)).actions).toEqual(["add_note", "complain"]);
      const fresh = await paid(sql);
      expect(await cancelOrder(sql, fresh.buyer, fresh.order.id)).toMatchObject({
        status: "cancelled",
        refunds: [{ amount: 10_00, status: "pending", reason: "order_cancelled" }],
      });
    }));
});

describe("a note", () => {
  test("that is internal is in no table, answer or event that its customer reads", () =>
    database.rolledBack(async (sql) => {
      const { buyer, order } = await paid(sql);
      const support = await staff(sql, "support");
      await note(sql, support, order.id, "A secret word.");
      expect(JSON.stringify(await page(sql, buyer, order.id))).not.toContain("secret");
      expect(await as(sql, buyer, (tx) => tx`select body from public.order_notes`)).toEqual([]);
      const events = await sql`select payload from public.events where name = 'order.noted'`;
      expect(JSON.stringify(events)).not.toContain("secret");
      expect(await as(sql, support, (tx) => tx`select author_kind from public.order_notes`)).toEqual([
        { author_kind: "staff" },
      ]);
    }));

  test("of a customer is visible to both, on their own orders only", () =>
    database.rolledBack(async (sql) => {
      const { buyer, order } = await paid(sql);
      expect(await note(sql, buyer, order.id, " Vegetarian, please. ", false)).toMatchObject({
        body: "Vegetarian, please.",
        visible_to_customer: true,
        author_kind: "customer",
      });
      const stranger = await newCustomer(sql);
      const notFound = { code: "order_not_found", status: 404 };
      await expectRefusal(() => note(sql, stranger, order.id, "Mine?"), notFound);
      await expectRefusal(() => note(sql, buyer, crypto.randomUUID(), "Mine?"), notFound);
      const auditor = await staff(sql, "auditor");
      await expectRefusal(() => note(sql, auditor, order.id, "Seen."), notFound);
      for (const body of ["", "   ", null, "x".repeat(2001)])
        await expectRefusal(() => note(sql, buyer, order.id, body), { code: "invalid_note", status: 422 });
    }));

  test("is never changed or removed, by its owner neither", () =>
    database.rolledBack(async (sql) => {
      const { buyer, order } = await paid(sql);
      await note(sql, buyer, order.id, "First.");
      for (const change of ["update public.order_notes set body = 'x'", "delete from public.order_notes"])
        await expectRefusal(() => sql.unsafe(change), { code: "append_only", status: 409 });
      await expectRefusal(() => as(sql, buyer, (tx) => tx`delete from public.order_notes`), {
        code: "42501",
        status: 403,
      });
    }));
});
