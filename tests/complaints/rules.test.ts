import { describe, expect, test } from "vitest";
import type { Complaint, ComplaintMessage, OrderPage } from "../../packages/sdk/src/index.ts";
import { actingAs } from "../payments/acting-as.ts";
import { paidBasket } from "../payments/giving-back.ts";
import { openSale } from "../payments/sale.ts";
import { cancelOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { call, complain, newStaff, openComplaint, resolve, showEvidence } from "./complaining.ts";

const database = useDatabase();
const notOpen = { code: "complaint_not_open", status: 409 };
const notPossible = { code: "complaint_not_possible", status: 409 };
const alreadyOpen = { code: "complaint_already_open", status: 409 };

const page = (sql: Sql, who: string, orderId: string) => call<OrderPage>(sql, who, "get_order", orderId);
const eventsOf = async (sql: Sql, id: string) =>
  (await sql`select name from public.events where subject_id = ${id} order by id`).map(({ name }) => name);

describe("a complaint", () => {
  test("is opened about lines of one's own paid order, and says so on the order's page", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      expect((await page(sql, basket.customerId, basket.orderId)).actions).toContain("complain");
      const lines = [{ order_item_id: basket.things, quantity: 2 }];
      const complaint = await complain(sql, basket.customerId, basket.orderId, {
        lines,
        type: "damaged",
        wanted: "refund",
      });
      expect(complaint).toMatchObject({
        number: expect.stringMatching(/^CP-\d+$/),
        status: "open",
        type: "damaged",
        wanted: "refund",
        round: 1,
        settlement: null,
        assignee: null,
        lines: [{ order_item_id: basket.things, quantity: 2, bought_quantity: 4 }],
        order: { id: basket.orderId, status: "paid", refundable_amount: 95_00 },
        history: [{ from_status: null, to_status: "open", actor_kind: "customer", actor_name: null }],
        actions: ["update", "add_message", "add_evidence", "remove_evidence", "withdraw"],
        choices: [],
      });
      expect(complaint.waiting_since).not.toBeNull();
      expect(await eventsOf(sql, complaint.id)).toEqual(["complaint.opened"]);
      expect((await page(sql, basket.customerId, basket.orderId)).complaints).toEqual([
        expect.objectContaining({ id: complaint.id, status: "open", order_item_ids: [basket.things] }),
      ]);
    });
  });

  test("is refused about an unpaid, a cancelled or somebody else's order, and after its time", async () => {
    await database.rolledBack(async (sql) => {
      const unpaid = await openSale(sql);
      await expectRefusal(() => complain(sql, unpaid.customerId, unpaid.orderId), notPossible);
      await cancelOrder(sql, unpaid.customerId, unpaid.orderId);
      await expectRefusal(() => complain(sql, unpaid.customerId, unpaid.orderId), notPossible);
      const basket = await paidBasket(sql);
      await expectRefusal(() => complain(sql, unpaid.customerId, basket.orderId), {
        code: "order_not_found",
        status: 404,
      });
      await sql`update public.orders set paid_at = now() - interval '31 days' where id = ${basket.orderId}`;
      await expectRefusal(() => complain(sql, basket.customerId, basket.orderId), notPossible);
      expect((await page(sql, basket.customerId, basket.orderId)).actions).not.toContain("complain");
      // what is on its way may be missed at any time; once it arrived, the days count from there
      await sql`update public.orders set status = 'processing' where id = ${basket.orderId}`;
      await sql`update public.orders set status = 'shipped', shipped_at = now() where id = ${basket.orderId}`;
      await complain(sql, basket.customerId, basket.orderId, { type: "missing" });
      await sql`update public.orders set status = 'delivered', delivered_at = now() - interval '31 days' where id = ${basket.orderId}`;
      const lines = [{ order_item_id: basket.things }];
      await expectRefusal(() => complain(sql, basket.customerId, basket.orderId, { lines }), notPossible);
    });
  });

  test("is refused with a wrong type, wish, text or lines", async () => {
    await database.rolledBack(async (sql) => {
      const { customerId, orderId, things } = await paidBasket(sql);
      const other = await paidBasket(sql);
      const attempt = (wish: Parameters<typeof complain>[3]) => () => complain(sql, customerId, orderId, wish);
      await expectRefusal(attempt({ type: "angry" }), { code: "invalid_complaint", status: 422 });
      await expectRefusal(attempt({ wanted: "rejected" }), { code: "invalid_complaint", status: 422 });
      for (const description of [null, "  ", "x".repeat(4001)])
        await expectRefusal(attempt({ description }), { code: "invalid_message", status: 422 });
      for (const lines of [
        [],
        {},
        [{ order_item_id: things, quantity: 5 }],
        [{ order_item_id: other.things, quantity: 1 }],
        [{ order_item_id: things }, { order_item_id: things }],
      ])
        await expectRefusal(attempt({ lines }), { code: "invalid_lines", status: 422 });
    });
  });

  test("is the only live one about a line, and another may follow when it is over", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const again = (lines?: unknown) => complain(sql, basket.customerId, basket.orderId, { lines });
      await expectRefusal(() => again([{ order_item_id: basket.things, quantity: 1 }]), alreadyOpen);
      await expectRefusal(() => again([{ order_item_id: basket.book }, { order_item_id: basket.things }]), alreadyOpen);
      await again([{ order_item_id: basket.book }]);
      await again();
      await expectRefusal(() => again(), alreadyOpen);
      await call(sql, basket.customerId, "withdraw_complaint", complaint.id);
      expect((await again([{ order_item_id: basket.things, quantity: 1 }])).status).toBe("open");
    });
  });

  test("keeps the constraint when a caller forgets to ask", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const [other] = await sql`insert into public.complaints (order_id, customer_id, type, description)
        values (${basket.orderId}, ${basket.customerId}, 'other', 'again') returning id`;
      await expectRefusal(
        () => sql`insert into private.complaint_lines (complaint_id, order_id, order_item_id, quantity)
          values (${other?.id}, ${basket.orderId}, ${basket.things}, 1)`,
        { code: "23505", status: 409 },
      );
      await sql`insert into private.complaint_lines (complaint_id, order_id) values (${other?.id}, ${basket.orderId})`;
      expect(complaint.status).toBe("open");
    });
  });

  test("is changed and withdrawn while it is live, and not afterwards", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const who = basket.customerId;
      const changed = await call(sql, who, "update_complaint", complaint.id, "Both are broken.", "replacement");
      expect(changed).toMatchObject({ description: "Both are broken.", wanted: "replacement", status: "open" });
      await expectRefusal(() => call(sql, who, "update_complaint", complaint.id, " "), {
        code: "invalid_message",
        status: 422,
      });
      await expectRefusal(() => call(sql, who, "update_complaint", complaint.id, null, "money"), {
        code: "invalid_complaint",
        status: 422,
      });
      await call(sql, "service", "start_complaint_review", complaint.id);
      await call(sql, who, "update_complaint", complaint.id, "All are broken.");
      expect(await call(sql, who, "withdraw_complaint", complaint.id)).toMatchObject({
        status: "withdrawn",
        waiting_since: null,
        actions: [],
      });
      for (const verb of ["update_complaint", "withdraw_complaint", "add_complaint_message", "start_evidence"])
        await expectRefusal(
          () => call(sql, who, verb, complaint.id, ...(verb === "add_complaint_message" ? ["Hello?"] : [])),
          notOpen,
        );
      await expectRefusal(() => resolve(sql, complaint.id), notOpen);
      await expectRefusal(() => call(sql, who, "reopen_complaint", complaint.id, "Still"), {
        code: "complaint_not_reopenable",
        status: 409,
      });
    });
  });

  test("answers the same for the same key, and refuses the key for another", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql, { key: "one" });
      const lines = [{ order_item_id: basket.things, quantity: 2 }];
      expect(await complain(sql, basket.customerId, basket.orderId, { lines, key: "one" })).toEqual(complaint);
      await expectRefusal(() => complain(sql, basket.customerId, basket.orderId, { key: "one" }), {
        code: "idempotency_key_reused",
        status: 422,
      });
      const first = await resolve(sql, complaint.id, { amount: 5_00, key: "two" });
      expect(await resolve(sql, complaint.id, { amount: 5_00, key: "two" })).toEqual(first);
    });
  });
});

describe("messages", () => {
  test("of the customer make the shop be waited for, an answer ends that, and a note among staff does neither", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const support = await newStaff(sql, "support");
      const write = (who: string, body: string, visible = false) =>
        call<ComplaintMessage>(sql, who, "add_complaint_message", complaint.id, body, visible);
      const waits = async () =>
        (await sql`select waiting_since is not null as waits from public.complaints where id = ${complaint.id}`)[0]
          ?.waits;
      expect(await write(support, "He does this often.")).toMatchObject({
        author_kind: "staff",
        visible_to_customer: false,
      });
      expect(await waits()).toBe(true);
      expect(await write(support, "Please send us a picture.", true)).toMatchObject({ visible_to_customer: true });
      expect(await waits()).toBe(false);
      expect(await write(basket.customerId, "Here it is.")).toMatchObject({
        author_kind: "customer",
        visible_to_customer: true,
      });
      expect(await waits()).toBe(true);
      expect(await eventsOf(sql, complaint.id)).toEqual([
        "complaint.opened",
        "complaint.noted",
        "complaint.answered",
        "complaint.messaged",
      ]);
      const bodies = async (who: string) =>
        (await call(sql, who, "get_complaint", complaint.id)).messages.map(({ body }) => body);
      expect(await bodies(basket.customerId)).toEqual(["Please send us a picture.", "Here it is."]);
      expect(await bodies(support)).toHaveLength(3);
      for (const body of ["", "x".repeat(4001)])
        await expectRefusal(() => write(support, body), { code: "invalid_message", status: 422 });
      await expectRefusal(() => sql`update public.complaint_messages set body = 'never said'`, {
        code: "append_only",
        status: 409,
      });
      await expectRefusal(() => sql`delete from public.complaint_messages`, { code: "append_only", status: 409 });
    });
  });
});

describe("evidence", () => {
  test("is bounded, counts once it was looked at, and is taken away only while nobody looks into it", async () => {
    await database.rolledBack(async (sql) => {
      await sql`update public.settings set value = '2' where key = 'complaint_max_files'`;
      const { basket, complaint } = await openComplaint(sql);
      const who = basket.customerId;
      const first = await showEvidence(sql, who, complaint.id);
      const second = await call<{ id: string }>(sql, who, "start_evidence", complaint.id);
      await expectRefusal(() => call(sql, who, "start_evidence", complaint.id), {
        code: "too_many_files",
        status: 409,
      });
      expect((await call(sql, who, "get_complaint", complaint.id)).evidence.map(({ id }) => id)).toEqual([first]);
      await call(sql, who, "remove_evidence", second.id);
      const submit = (sha: string) => () =>
        call(sql, "service", "submit_evidence", first, "image/png", 70, sha.repeat(64));
      await expectRefusal(submit("a"), { code: "proof_not_open", status: 409 });
      const third = await showEvidence(sql, who, complaint.id);
      await call(sql, "service", "start_complaint_review", complaint.id);
      await expectRefusal(() => call(sql, who, "remove_evidence", third), notOpen);
      const gone = await sql`select payload from public.events where name = 'file.discarded'`;
      expect(gone.map(({ payload }) => payload)).toEqual([
        { bucket: "complaint-evidence", path: `incoming/${second.id}` },
      ]);
    });
  });

  test("that nobody finished is dropped after a day", async () => {
    await database.rolledBack(async (sql) => {
      const { basket, complaint } = await openComplaint(sql);
      const started = await call<{ id: string }>(sql, basket.customerId, "start_evidence", complaint.id);
      await showEvidence(sql, basket.customerId, complaint.id);
      await sql`update public.complaint_evidence set created_at = now() - interval '25 hours'`;
      expect(await sql`select private.discard_abandoned_uploads() as gone`).toEqual([{ gone: 1 }]);
      await expectRefusal(() => call(sql, basket.customerId, "evidence_document", started.id), {
        code: "evidence_not_found",
        status: 404,
      });
    });
  });
});

test("a complaint that waits too long is a concern until it is answered", async () => {
  await database.rolledBack(async (sql) => {
    const { complaint } = await openComplaint(sql);
    const concerns = () => sql`select subject from private.overdue_concerns() where kind = 'complaint_waiting'`;
    expect(await concerns()).toEqual([]);
    await sql`update public.complaints set waiting_since = now() - interval '25 hours' where id = ${complaint.id}`;
    expect(await concerns()).toEqual([{ subject: complaint.number }]);
    await call(sql, "service", "add_complaint_message", complaint.id, "We look into it.", true);
    expect(await concerns()).toEqual([]);
  });
});

test("an account that is closed takes its words and files along and leaves what the shop decided", async () => {
  await database.rolledBack(async (sql) => {
    const { basket, complaint } = await openComplaint(sql);
    await showEvidence(sql, basket.customerId, complaint.id);
    await call(sql, basket.customerId, "add_complaint_message", complaint.id, "My number is 0811.");
    await call(sql, "service", "add_complaint_message", complaint.id, "Thank you.", true);
    const support = await newStaff(sql, "support");
    await call(sql, support, "start_complaint_review", complaint.id);
    await sql`select set_config('role', 'none', true)`;
    await sql`delete from auth.users where id = ${basket.customerId}`;
    const kept = await call<Complaint>(sql, "service", "get_complaint", complaint.id);
    expect(kept).toMatchObject({ status: "withdrawn", description: null, evidence: [], order: { id: basket.orderId } });
    expect(kept.messages.map(({ body }) => body)).toEqual([null, "Thank you."]);
    expect(kept.erased_at).not.toBeNull();
    const written =
      await sql`select before::text || after::text as row from public.audit_log where table_name = 'complaints'`;
    expect(written.length).toBeGreaterThan(0);
    for (const { row } of written) expect(row).not.toContain("broken");
    expect(await sql`select from public.events where name = 'file.discarded'`).toHaveLength(1);
  });
});

test("a search finds by number, order, words and person, in pages, own or all", async () => {
  await database.rolledBack(async (sql) => {
    const one = await openComplaint(sql, { description: "The cover is torn" });
    const two = await complain(sql, one.basket.customerId, one.basket.orderId, { type: "missing" });
    await openComplaint(sql);
    const support = await newStaff(sql, "support");
    type Found = { data: { id: string }[]; next_cursor: string | null };
    const search = async (who: string, wish: Record<string, unknown> = {}): Promise<Found> => {
      const {
        q = null,
        statuses = null,
        type = null,
        assignee_id = null,
        cursor = null,
        max_rows = 20,
      } = wish as Record<string, string | null>;
      return actingAs(sql, who, async (tx) => {
        const [row] =
          await tx`select public.search_complaints(${q}, ${statuses as never}::text[], ${type}, ${assignee_id}, ${cursor}, ${max_rows}) as answer`;
        return row?.answer;
      });
    };
    expect((await search(support)).data).toHaveLength(3);
    expect((await search(one.basket.customerId)).data).toHaveLength(2);
    expect((await search(support, { q: one.complaint.number.toLowerCase() })).data).toMatchObject([
      { id: one.complaint.id },
    ]);
    expect((await search(support, { q: "COVER" })).data).toMatchObject([{ id: one.complaint.id }]);
    expect((await search(support, { q: two.order.number })).data).toHaveLength(2);
    expect((await search(support, { type: "missing" })).data).toMatchObject([{ id: two.id }]);
    await call(sql, support, "assign_complaint", two.id, support);
    expect((await search(support, { assignee_id: support })).data).toMatchObject([
      { id: two.id, assignee_id: support },
    ]);
    const [person] = await sql`select email from public.profiles where id = ${one.basket.customerId}`;
    expect((await search(support, { q: person?.email })).data).toHaveLength(2);
    const first = await search(support, { max_rows: 2 });
    const second = await search(support, { max_rows: 2, cursor: first.next_cursor });
    expect(second).toMatchObject({ next_cursor: null, data: [{}] });
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
    await expectRefusal(() => search(support, { q: "x", cursor: first.next_cursor }), {
      code: "invalid_cursor",
      status: 422,
    });
    for (const wish of [{ max_rows: 0 }, { type: "angry" }, { q: "x".repeat(101) }, { statuses: "{shut}" }])
      await expectRefusal(() => search(support, wish), { code: "invalid_search", status: 422 });
  });
});
