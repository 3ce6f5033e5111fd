import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { placeOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { customerWithAddress } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paid } from "./provider-events.ts";
import {
  attempt,
  cancel,
  expireDue,
  holdEnds,
  type OpenOrder,
  openOrder,
  openSale,
  PRICE,
  startPayment,
} from "./sale.ts";
import { offerTransfers, openTransfer, review, sendProof, startProof, startTransfer, submit } from "./transfer.ts";

const database = useDatabase();
const inProgress = { code: "payment_in_progress", status: 409 };
const notOpen = { code: "transfer_not_open", status: 409 };

const holdOf = async (sql: Sql, orderId: string) =>
  (
    await sql`select round(extract(epoch from orders.expires_at - placed_at) / 3600) as hours,
      (select bool_and(reservations.expires_at = orders.expires_at) from public.reservations where holder_id = orders.id) as held
      from public.orders where id = ${orderId}`
  )[0];

describe("choosing bank transfer", () => {
  test("shows the accounts, and holds order and seat for a day from when it was placed, however often it is chosen", async () => {
    await database.rolledBack(async (sql) => {
      const transfer = await openTransfer(sql);
      const again = await startTransfer(sql, transfer);
      expect(again).toMatchObject({
        accounts: [{ bank: "Bank Contoh" }],
        reference: again.order.number,
        payment: { id: transfer.paymentId, method: "manual_transfer", provider: "manual_transfer", status: "pending" },
      });
      expect(await holdOf(sql, transfer.orderId)).toEqual({ hours: "24", held: true });
      await startPayment(sql, transfer);
      await startTransfer(sql, transfer);
      expect(await holdOf(sql, transfer.orderId)).toEqual({ hours: "24", held: true });
    });
  });

  test("holds goods for a day too", async () => {
    await database.rolledBack(async (sql) => {
      await offerTransfers(sql);
      const customerId = await customerWithAddress(sql);
      const thing = await stockedVariant(sql, 3, { status: "published", price: 10_00 });
      const order = await placeOrder(sql, customerId, [{ variant_id: thing, quantity: 2 }]);
      await startTransfer(sql, { customerId, orderId: order.id } as OpenOrder);
      expect(await holdOf(sql, order.id)).toEqual({ hours: "24", held: true });
      const level = await sql`select available, reserved from public.stock_levels where variant_id = ${thing}`;
      expect([...level]).toEqual([{ available: 1, reserved: 2 }]);
    });
  });

  test("closes the card's attempt, and the other way round; one of them is open", async () => {
    await database.rolledBack(async (sql) => {
      await offerTransfers(sql);
      const sale = await openSale(sql);
      await startTransfer(sql, sale);
      const second = await startPayment(sql, sale);
      expect(second).not.toBe(sale.paymentId);
      const rows =
        await sql`select method, status from public.payments where order_id = ${sale.orderId} order by attempt`;
      expect([...rows]).toEqual([
        { method: "checkout", status: "cancelled" },
        { method: "manual_transfer", status: "cancelled" },
        { method: "checkout", status: "pending" },
      ]);
      const [closed] =
        await sql`select count(*) from public.events where subject_id = ${sale.paymentId} and name = 'payment.cancelled'`;
      expect(closed?.count).toBe(1);
    });
  });

  test("is refused by a shop without accounts, for an order that ended, and while a payment is being processed", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await expectRefusal(() => startTransfer(sql, order), { code: "transfer_not_offered", status: 409 });
      await offerTransfers(sql);
      const processing = await openSale(sql);
      await sql`update public.payments set status = 'processing' where id = ${processing.paymentId}`;
      await expectRefusal(() => startTransfer(sql, processing), inProgress);
      await cancel(sql, order);
      await expectRefusal(() => startTransfer(sql, order), { code: "order_not_payable", status: 409 });
    });
  });
});

describe("a proof", () => {
  test("that is approved pays the order like any capture, into the bank's account", async () => {
    await database.rolledBack(async (sql) => {
      const transfer = await openTransfer(sql);
      const reviewer = await asStaff(sql, "finance");
      await asOwner(sql);
      const { proof, order } = await review(sql, await sendProof(sql, transfer), { approve: true }, reviewer);
      expect(proof).toMatchObject({ status: "approved", reviewed_at: expect.any(String) });
      expect(order).toMatchObject({ status: "paid", payments: [{ status: "success", method: "manual_transfer" }] });
      expect(await outcomeOf(sql, transfer)).toMatchObject({
        enrollments: ["active"],
        ledger: { bank: PRICE, revenue: -PRICE },
        events: { "order.paid": 1, "payment.succeeded": 1 },
      });
      const entries = await sql`select actor_id, before ->> 'status' as was, after ->> 'status' as became
        from public.audit_log where table_name = 'payment_proofs' and row_key = ${proof.id}`;
      expect([...entries]).toEqual([{ actor_id: reviewer, was: "submitted", became: "approved" }]);
    });
  });

  test("that is rejected leaves the order open for another one, with the reason in history and audit", async () => {
    await database.rolledBack(async (sql) => {
      const transfer = await openTransfer(sql);
      const proofId = await sendProof(sql, transfer);
      const reason = "The amount is another one.";
      expect((await review(sql, proofId, { approve: false, reason })).order.status).toBe("pending");
      const [move] =
        await sql`select to_status, reason from public.status_changes where subject_id = ${proofId} order by id desc limit 1`;
      expect(move).toEqual({ to_status: "rejected", reason });
      const [entry] =
        await sql`select after ->> 'reason' as reason from public.audit_log where table_name = 'payment_proofs' and row_key = ${proofId}`;
      expect(entry?.reason).toBe(reason);
      await review(sql, await sendProof(sql, transfer), { approve: true });
      expect((await outcomeOf(sql, transfer)).order).toBe("paid");
    });
  });

  test("is one at a time, of one file, and reviewed once", async () => {
    await database.rolledBack(async (sql) => {
      const transfer = await openTransfer(sql);
      const [first, second] = [await startProof(sql, transfer), await startProof(sql, transfer)];
      const notReviewable = { code: "proof_not_open", status: 409 };
      await expectRefusal(() => review(sql, first, { approve: true }), notReviewable);
      expect(await submit(sql, first)).toMatchObject({ status: "submitted", mime_type: "image/png", byte_size: 2048 });
      expect(await submit(sql, first)).toMatchObject({ status: "submitted" });
      await expectRefusal(() => submit(sql, first, "b".repeat(64)), notReviewable);
      const underReview = { code: "proof_under_review", status: 409 };
      await expectRefusal(() => submit(sql, second), underReview);
      await expectRefusal(() => startProof(sql, transfer), underReview);
      await expectRefusal(() => startPayment(sql, transfer), inProgress);
      await expectRefusal(() => review(sql, first, { approve: false, reason: " " }), {
        code: "invalid_reason",
        status: 422,
      });
      const answer = await review(sql, first, { approve: true, key: "once" });
      expect(await review(sql, first, { approve: true, key: "once" })).toEqual(answer);
      await expectRefusal(() => review(sql, first, { approve: false, reason: "no" }), notReviewable);
      await expectRefusal(() => submit(sql, second), notOpen);
    });
  });

  test("is for a transfer that is open: not for a card, an ended order or an ended hold", async () => {
    await database.rolledBack(async (sql) => {
      const card = await openSale(sql);
      await expectRefusal(() => startProof(sql, card), notOpen);
      const [cancelled, due] = [await openTransfer(sql), await openTransfer(sql)];
      await cancel(sql, cancelled);
      await expectRefusal(() => startProof(sql, cancelled), notOpen);
      const late = await startProof(sql, due);
      await holdEnds(sql, due);
      await sql`update public.payments set expires_at = now() - interval '1 second' where id = ${due.paymentId}`;
      await expectRefusal(() => submit(sql, late), notOpen);
      await expectRefusal(() => startProof(sql, due), notOpen);
    });
  });

  test("is sent twenty times at most", async () => {
    await database.rolledBack(async (sql) => {
      const transfer = await openTransfer(sql);
      for (let count = 0; count < 20; count++) await startProof(sql, transfer);
      await expectRefusal(() => startProof(sql, transfer), { code: "too_many_proofs", status: 429 });
    });
  });
});

describe("money that came by transfer", () => {
  test("after the order was cancelled is owed back, and staff say when the bank has sent it", async () => {
    await database.rolledBack(async (sql) => {
      const transfer = await openTransfer(sql);
      const proofId = await sendProof(sql, transfer);
      await cancel(sql, transfer, "customer");
      await review(sql, proofId, { approve: true });
      expect(await outcomeOf(sql, transfer)).toMatchObject({
        order: "cancelled",
        payments: [`refunding ${PRICE} 0`],
        refunds: [`late_payment pending ${PRICE}`],
        ledger: { bank: PRICE, receivable: -PRICE },
      });
      await recordRefund(sql, transfer.orderId, "BANK-77");
      expect(await outcomeOf(sql, transfer)).toMatchObject({ payments: [`refunded ${PRICE} ${PRICE}`], ledger: {} });
      await expectRefusal(() => recordRefund(sql, transfer.orderId, "BANK-78"), {
        code: "refund_not_open",
        status: 409,
      });
    });
  });

  test("after the hold ended pays the order while seats are left, and is owed back when none is", async () => {
    await database.rolledBack(async (sql) => {
      const [there, gone] = [await openTransfer(sql), await openTransfer(sql, { seats: 1 })];
      const proofs = [await sendProof(sql, there), await sendProof(sql, gone)];
      for (const transfer of [there, gone]) await holdEnds(sql, transfer);
      await expireDue(sql);
      await openOrder(sql, { intake: gone, customerId: await newCustomer(sql) });
      for (const proof of proofs) await review(sql, proof as string, { approve: true });
      expect(await outcomeOf(sql, there)).toMatchObject({ order: "paid", enrollments: ["active"] });
      expect(await outcomeOf(sql, gone)).toMatchObject({
        order: "expired",
        refunds: [`late_payment pending ${PRICE}`],
      });
    });
  });

  test("beside a card that paid the order first is owed back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await offerTransfers(sql);
      const { payment } = await startTransfer(sql, sale);
      const proofId = await sendProof(sql, { ...sale, paymentId: payment.id });
      // the card's page was paid in its last second
      expect(await deliver(sql, paid(sale))).toBe("applied");
      await review(sql, proofId, { approve: true });
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`, `refunding ${PRICE} 0`],
        refunds: [`duplicate_payment pending ${PRICE}`],
      });
    });
  });

  test("is given back by no provider, and a card's refund by no hand", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await attempt(sql, await openOrder(sql));
      await deliver(sql, paid(sale));
      await cancel(sql, sale);
      await expectRefusal(() => recordRefund(sql, sale.orderId, "BANK-1"), { code: "refund_not_open", status: 409 });
    });
  });
});

async function recordRefund(sql: Sql, orderId: string, reference: string): Promise<void> {
  const [refund] = await sql`select id from public.refunds where order_id = ${orderId}`;
  await actingAs(sql, "service", (tx) => tx`select public.record_transfer_refund(${refund?.id}, ${reference})`);
}

test("bytes that came again after a proof was taken are removed after a day, and no sooner", async () => {
  await database.rolledBack(async (sql) => {
    const transfer = await openTransfer(sql);
    const [old, nobodys] = [await sendProof(sql, transfer), randomUUID()];
    await sql`update public.payment_proofs set created_at = now() - interval '25 hours'`;
    const keep = (id: string, hours: number) => sql`
      insert into storage.objects (bucket_id, name, created_at)
      values ('payment-proofs', ${`incoming/${id}`}, now() - make_interval(hours => ${hours})), ('payment-proofs', ${id}, now() - interval '9 days')`;
    await sql`select set_config('role', 'none', true)`; // Storage writes its rows itself
    await sql`insert into storage.buckets (id, name) values ('payment-proofs', 'payment-proofs') on conflict do nothing`;
    await keep(old, 25);
    await keep(nobodys, 25);
    await asOwner(sql);
    expect(await sql`select private.discard_abandoned_uploads() as gone`).toEqual([{ gone: 1 }]);
    const told = await sql`select payload from public.events where name = 'file.discarded'`;
    expect(told).toEqual([{ payload: { bucket: "payment-proofs", path: `incoming/${old}` } }]);
    await sql`select set_config('role', 'none', true)`;
    await sql`update storage.objects set created_at = now() - interval '23 hours'`;
    await asOwner(sql);
    expect(await sql`select private.discard_abandoned_uploads() as gone`).toEqual([{ gone: 0 }]);
  });
});
