import { describe, expect, test } from "vitest";
import { endHold } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { stockedVariant } from "../support/goods.ts";
import { newLearner, tallyAnswers } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const place = {
  recipient: "Sari",
  phone: "+62 811 222 333",
  street: "Jl. Dago 1",
  city: "Bandung",
  country: "ID",
  province: "Jawa Barat",
  postal_code: "40135",
};

describe("an order over HTTP", () => {
  test("of several courses is one order with one total", async () => {
    const { seatline } = await newLearner(stack);
    const intakes = await Promise.all(
      [100_00, 250_00, 0].map((price) => publishedIntake(stack.sql, { seats: 3, price })),
    );
    const order = await seatline.orders.place({
      lines: intakes.map(({ variantId }) => ({ variant_id: variantId, quantity: 1 })),
    });
    expect(order).toMatchObject({ status: "pending", currency: "IDR", total_amount: 350_00 });
    expect(order.items.map(({ unit_amount }) => unit_amount).sort((a, b) => a - b)).toEqual([0, 100_00, 250_00]);
    expect(await seatline.orders.get(order.id)).toMatchObject({
      ...order,
      actions: ["add_note", "cancel", "edit", "pay"],
    });
    const note = await seatline.orders.addNote({ order_id: order.id, body: "A seat near the door, please." });
    expect((await seatline.orders.get(order.id)).notes).toMatchObject([{ id: note.id, author_kind: "customer" }]);
    expect((await seatline.orders.list()).data).toMatchObject([
      { id: order.id, number: order.number, status: "pending" },
    ]);
  });

  test("is sent elsewhere by its customer before it leaves, and by staff with a reason, over HTTP", async () => {
    const [support, customer] = [await newLearner(stack), await newLearner(stack)];
    await stack.sql`insert into public.role_members (profile_id, role) values (${support.id}, 'support')`;
    const variantId = await stockedVariant(stack.sql, 2, { status: "published", price: 50_00 });
    const home = await customer.seatline.people.addresses.add(place);
    const lines = [{ variant_id: variantId, quantity: 1 }];
    const { id } = await customer.seatline.orders.place({ lines, shipping_address_id: home.id });
    const office = await customer.seatline.people.addresses.add({ ...place, street: "Jl. Asia Afrika 8" });
    const moved = await customer.seatline.orders.changeAddress({ order_id: id, shipping_address_id: office.id });
    expect(moved).toMatchObject({ supplement: null, order: { id, shipping_address: { street: "Jl. Asia Afrika 8" } } });
    const address = { ...place, street: "Jl. Braga 3" };
    await support.seatline.orders.changeAddress({ order_id: id, address, reason: "They called." });
    expect(await customer.seatline.orders.get(id)).toMatchObject({
      shipping_address: { street: "Jl. Braga 3" },
      edits: [{ actor_kind: "customer" }, { actor_kind: "staff" }],
    });
  });

  test("is prepared by staff, changed and paid nothing for by its customer, completed, and looked after over HTTP", async () => {
    const [admin, customer] = [await newLearner(stack), await newLearner(stack)];
    await stack.sql`insert into public.role_members (profile_id, role) values (${admin.id}, 'admin')`;
    const [paid, free] = [await publishedIntake(stack.sql, { price: 10_00 }), await publishedIntake(stack.sql)];
    const line = { variant_id: paid.variantId, quantity: 1 };
    const draft = await admin.seatline.orders.createDraft({ customer_id: customer.id, lines: [line] });
    expect(draft.quote).toMatchObject({ total_amount: 10_00 });
    const agreed = { ...line, agreed_unit_amount: 5_00, agreed_reason: "a friend of the house" };
    await admin.seatline.orders.changeDraft({ draft_order_id: draft.id, lines: [agreed] });
    expect((await admin.seatline.orders.getDraft(draft.id)).quote).toMatchObject({ total_amount: 5_00 });
    const other = await admin.seatline.orders.createDraft({ customer_id: customer.id, lines: [line] });
    const drafts = admin.seatline.orders.iterateDrafts({ customer_id: customer.id, status: "open", limit: 1 });
    expect((await Array.fromAsync(drafts)).map((each) => each.id)).toEqual([other.id, draft.id]);
    expect((await customer.seatline.orders.listDrafts()).data).toEqual([]);
    const { id } = await admin.seatline.orders.placeDraft({ draft_order_id: draft.id });
    const placed = await admin.seatline.orders.listDrafts({ customer_id: customer.id, status: "placed" });
    expect(placed).toMatchObject({ data: [{ id: draft.id, order_id: id }], next_cursor: null });
    const elsewhere = { code: "order_not_editable", status: 409 };
    await expect(customer.seatline.orders.changeAddress({ order_id: id, address: place })).rejects.toMatchObject(
      elsewhere,
    );
    const lines = [{ variant_id: free.variantId, quantity: 1 }];
    const { order } = await customer.seatline.orders.edit({ order_id: id, lines });
    expect(order).toMatchObject({ status: "paid", total_amount: 0 });
    expect((await admin.seatline.orders.complete(id)).status).toBe("completed");
    expect((await customer.seatline.orders.get(id)).edits).toMatchObject([{ actor_kind: "customer" }]);
    const failed = await admin.seatline.alerts.open({ kind: "refund_failed" });
    expect(failed.filter(({ subject_id }) => subject_id === id)).toEqual([]);
    expect((await admin.seatline.alerts.list()).data).toBeInstanceOf(Array);
    await expect(customer.seatline.alerts.open()).rejects.toMatchObject({ code: "permission_denied", status: 403 });
  });

  test("placed a hundred times at once with one key is one order, and everybody gets its answer", async () => {
    const learner = await newLearner(stack);
    const { variantId } = await publishedIntake(stack.sql, { seats: 200, price: 10_00 });
    const body = { lines: [{ variant_id: variantId, quantity: 1 }], idempotency_key: crypto.randomUUID() };
    const answers = await Promise.all(Array.from({ length: 100 }, () => learner.call("place_order", body)));
    expect(tallyAnswers(answers)).toEqual({ "200": 100 });
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect((await learner.seatline.orders.list()).data).toHaveLength(1);
    const changed = await learner.call("place_order", { ...body, currency: "IDR" });
    expect(changed).toMatchObject({ status: 422, code: "idempotency_key_reused" });
  });

  test("in fifty tabs is one order; the others are told which", async () => {
    const learner = await newLearner(stack);
    const { variantId } = await publishedIntake(stack.sql, { seats: 50, price: 10_00 });
    const body = { lines: [{ variant_id: variantId, quantity: 1 }] };
    const answers = await Promise.all(Array.from({ length: 50 }, () => learner.call("place_order", body)));
    expect(tallyAnswers(answers)).toEqual({ "200": 1, "409 order_already_open": 49 });
    const placed = answers.find(({ status }) => status === 200)?.body.id;
    expect(new Set(answers.filter(({ code }) => code).map(({ body }) => body.details))).toEqual(new Set([placed]));
  });

  test("whose hold has ended gives its seat to the next buyer and cannot be paid any more, before any worker came by", async () => {
    const [sleeper, next] = [await newLearner(stack), await newLearner(stack)];
    const { variantId } = await publishedIntake(stack.sql, { seats: 1, price: 10_00 });
    const lines = [{ variant_id: variantId, quantity: 1 }];
    const slept = await sleeper.seatline.orders.place({ lines });
    await endHold(stack.sql, slept.id);
    expect(await next.seatline.orders.place({ lines })).toMatchObject({ status: "pending" });
    const { status, code } = await sleeper.call("start_payment", { order_id: slept.id });
    // Which of the two it is depends on whether the worker was quicker than this call.
    expect([status, ["order_expired", "order_not_payable"].includes(code ?? "")]).toEqual([409, true]);
  });
});

describe("a tampered order over HTTP", () => {
  const line = (variant: string, quantity: string) => `{"lines":[{"variant_id":"${variant}","quantity":${quantity}}]}`;
  const invalid = { status: 422, code: "invalid_lines" };
  const quantity = { status: 422, code: "invalid_quantity" };
  const malformed = { status: 400 };
  const unknown = { status: 404 };
  const bodies: Record<string, [(variant: string) => string, { status: number; code?: string }]> = {
    "quantity 0": [(variant) => line(variant, "0"), quantity],
    "quantity -1": [(variant) => line(variant, "-1"), quantity],
    "quantity 1.5": [(variant) => line(variant, "1.5"), quantity],
    "quantity 1e9": [(variant) => line(variant, "1e9"), quantity],
    "a quantity beyond any number": [(variant) => line(variant, "1e400"), quantity],
    "a quantity in quotes": [(variant) => line(variant, '"1"'), quantity],
    "a price in the line": [(variant) => line(variant, '1,"unit_amount":1'), invalid],
    "lines as text": [
      (variant) => JSON.stringify({ lines: JSON.stringify([{ variant_id: variant, quantity: 1 }]) }),
      invalid,
    ],
    "no lines": [() => '{"lines":[]}', invalid],
    "51 lines": [(variant) => JSON.stringify({ lines: Array(51).fill({ variant_id: variant, quantity: 1 }) }), invalid],
    "five thousand lines": [
      (variant) => JSON.stringify({ lines: Array(5_000).fill({ variant_id: variant, quantity: 1 }) }),
      invalid,
    ],
    "a hundred thousand lines": [
      (variant) => JSON.stringify({ lines: Array(100_000).fill({ variant_id: variant, quantity: 1 }) }),
      { status: 413, code: "body_too_large" },
    ],
    NaN: [(variant) => line(variant, "NaN"), malformed],
    "a total beside the lines": [(variant) => line(variant, "1").replace("}]}", '}],"total_amount":1}'), unknown],
    "a customer beside the lines": [
      (variant) => line(variant, "1").replace("}]}", '}],"customer_id":"5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b3c"}'),
      unknown,
    ],
  };
  for (const [name, [body, expected]] of Object.entries(bodies)) {
    test(`with ${name} is refused, and nothing is held`, async () => {
      const learner = await newLearner(stack);
      const { variantId } = await publishedIntake(stack.sql, { seats: 2, price: 10_00 });
      expect(await learner.call("place_order", body(variantId))).toMatchObject(expected);
      expect((await learner.seatline.orders.list()).data).toEqual([]);
      expect(await learner.seatline.inventory.levels([variantId])).toMatchObject([{ available: 2, reserved: 0 }]);
    });
  }

  test("for another person's order is not found, by every verb", async () => {
    const [owner, stranger] = [await newLearner(stack), await newLearner(stack)];
    const { variantId } = await publishedIntake(stack.sql, { seats: 2, price: 10_00 });
    const order = await owner.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
    for (const verb of ["get_order", "order_payments", "cancel_order", "start_payment"]) {
      expect(await stranger.call(verb, { order_id: order.id }), verb).toMatchObject({
        status: 404,
        code: "order_not_found",
      });
    }
    expect((await owner.seatline.orders.get(order.id))?.status).toBe("pending");
  });
});
