import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { authorizedSale, capture, held, letGo, letGoByHand, openManual } from "./authorized.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { dueOf, openPart, startPart } from "./parts.ts";
import { again, completedUnpaid, expired, paid, succeeded } from "./provider-events.ts";
import { cancel, expireDue, holdEnds, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();
const PART = 4_000_000;

async function hoursHeld(sql: Sql, { orderId }: Sale): Promise<number> {
  const [row] =
    await sql`select round(extract(epoch from least(min(reservations.expires_at), min(orders.expires_at)) - now()) / 3600) as hours
    from public.orders join public.reservations on holder_id = orders.id where orders.id = ${orderId}`;
  return Number(row?.hours);
}

describe("an authorised payment", () => {
  test("holds its order for as long, books nothing, and leaves nothing to pay", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "pending",
        payments: ["authorized 0 0"],
        enrollments: ["reserved"],
        ledger: {},
        events: { "payment.authorized": 1 },
      });
      expect(await hoursHeld(sql, sale)).toBe(7 * 24);
      expect(await expireDue(sql)).toBe(0);
      expect(await dueOf(sql, sale)).toBe(PRICE);
      await expectRefusal(() => startPart(sql, sale), { code: "payment_in_progress", status: 409 });
      await expectInvariants(sql);
    });
  });

  test("is the same however its events are repeated or ordered", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openManual(sql);
      await deliver(sql, completedUnpaid(sale));
      expect((await outcomeOf(sql, sale)).payments).toEqual(["processing 0 0"]);
      expect(await deliver(sql, held(sale))).toBe("applied");
      for (const event of [again(held(sale)), again(completedUnpaid(sale)), expired(sale), paid(sale)])
        expect(await deliver(sql, event)).toBe("ignored");
      expect((await outcomeOf(sql, sale)).payments).toEqual(["authorized 0 0"]);
    });
  });

  test("pays the order when it is captured", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      const key = randomUUID();
      const asked = await capture(sql, sale.paymentId, null, key);
      expect(asked).toMatchObject({ status: "authorized", authorized_amount: PRICE, captured_amount: 0 });
      expect(await capture(sql, sale.paymentId, null, key)).toEqual(asked);
      expect((await outcomeOf(sql, sale)).events).toMatchObject({ "payment.capture_requested": 1 });
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`],
        enrollments: ["active"],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
      await expectInvariants(sql);
    });
  });

  test("that is captured in part books that part; the rest is let go, stays due, and is paid otherwise", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      await capture(sql, sale.paymentId, PART);
      await expectInvariants(sql);
      expect(await deliver(sql, succeeded(sale, { amount_received: PART }))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "pending",
        payments: [`success ${PART} 0`],
        ledger: { cash_in_transit: PART, receivable: -PART },
      });
      expect(await dueOf(sql, sale)).toBe(PRICE - PART);
      await sql`update public.settings set value = '"automatic"' where key = 'payment_capture'`;
      await deliver(sql, paid(await openPart(sql, sale)));
      expect((await outcomeOf(sql, sale)).order).toBe("paid");
      await expectInvariants(sql);
    });
  });

  test("that is let go charges nothing and gives the hold back", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql, { seats: 1 });
      await letGoByHand(sql, sale.paymentId);
      expect(await deliver(sql, letGo(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "pending",
        payments: ["cancelled 0 0"],
        events: { "payment.void_requested": 1, "payment.voided": 1 },
      });
      expect(await hoursHeld(sql, sale)).toBeLessThanOrEqual(1);
      expect(await deliver(sql, again(held(sale)))).toBe("ignored");
      await holdEnds(sql, sale);
      await expireDue(sql);
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "expired", stock: { available: 1, reserved: 0 } });
      await expectInvariants(sql);
    });
  });

  test("that the provider lets go ends by itself, and the order can be paid again", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      expect(await deliver(sql, letGo(sale))).toBe("applied");
      expect((await startPart(sql, sale)).payment).toMatchObject({ attempt: 2, amount: PRICE });
      await expectInvariants(sql);
    });
  });

  test("is let go when its order ends; what was captured all the same goes back", async () => {
    await database.rolledBack(async (sql) => {
      const [one, two] = [await authorizedSale(sql), await authorizedSale(sql)];
      await cancel(sql, one, "customer");
      await holdEnds(sql, two);
      await expireDue(sql);
      for (const sale of [one, two]) {
        expect((await outcomeOf(sql, sale)).events).toMatchObject({ "payment.void_requested": 1 });
        await deliver(sql, succeeded(sale));
        expect((await outcomeOf(sql, sale)).payments).not.toContain("authorized 0 0");
      }
      expect((await outcomeOf(sql, one)).refunds).toEqual([`late_payment pending ${PRICE}`]);
      expect(await outcomeOf(sql, two)).toMatchObject({ order: "paid", refunds: [] });
      await expectInvariants(sql);
    });
  });

  test("that comes for an order which ended, or is covered, is let go at once", async () => {
    await database.rolledBack(async (sql) => {
      const [ended, covered] = [await openManual(sql), await openManual(sql)];
      await cancel(sql, ended, "customer");
      const other = await openPart(sql, covered);
      await deliver(sql, succeeded(other));
      for (const sale of [ended, covered]) {
        expect(await deliver(sql, held(sale))).toBe("applied");
        expect((await outcomeOf(sql, sale)).events).toMatchObject({ "payment.void_requested": 1 });
        await deliver(sql, letGo(sale));
      }
      expect((await outcomeOf(sql, covered)).order).toBe("paid");
      await expectInvariants(sql);
    });
  });

  test("of another amount is put before a person", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openManual(sql);
      expect(await deliver(sql, held(sale, PRICE + 1))).toBe("needs_review");
      expect((await outcomeOf(sql, sale)).payments).toEqual(["pending 0 0 amount_mismatch"]);
    });
  });

  test("that the provider refuses to capture is put before a person, who may ask again", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      await capture(sql, sale.paymentId);
      await sql`select private.refuse_capture(${sale.paymentId}, 'charge_expired_for_capture')`;
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: ["authorized 0 0 capture_refused"],
      });
      await capture(sql, sale.paymentId);
    });
  });
});

describe("asking for a capture", () => {
  test.each([
    ["of more than was authorised", PRICE + 1],
    ["of nothing", 0],
    ["of less than nothing", -1],
  ])("%s is refused", async (_what, amount) => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      await expectRefusal(() => capture(sql, sale.paymentId, amount), { code: "invalid_payment_amount", status: 422 });
    });
  });

  test("is refused for what is not authorised, not there, or asked for already", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openManual(sql);
      const open = { code: "payment_not_authorized", status: 409 };
      await expectRefusal(() => capture(sql, sale.paymentId), open);
      await expectRefusal(() => letGoByHand(sql, sale.paymentId), open);
      await expectRefusal(() => capture(sql, randomUUID()), { code: "payment_not_found", status: 404 });
      await deliver(sql, held(sale));
      await expectRefusal(() => letGoByHand(sql, sale.paymentId, " "), { code: "invalid_reason", status: 422 });
      await capture(sql, sale.paymentId);
      for (const ask of [() => capture(sql, sale.paymentId), () => letGoByHand(sql, sale.paymentId)])
        await expectRefusal(ask, { code: "capture_in_progress", status: 409 });
    });
  });

  test("is for finance, admin and the secret key, and is audited", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await authorizedSale(sql);
      const ask = async () => [
        (await refusalOf(() => sql`select public.capture_payment(${sale.paymentId}, 0)`))?.code,
        (await refusalOf(() => sql`select public.void_payment(${randomUUID()}, 'why')`))?.code,
      ];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        const may = ["finance", "admin"].includes(role);
        expect(await ask()).toEqual(
          may ? ["invalid_payment_amount", "payment_not_found"] : ["permission_denied", "permission_denied"],
        );
      }
      await asService(sql);
      expect(await ask()).toEqual(["invalid_payment_amount", "payment_not_found"]);
      await asOwner(sql);
      await asCustomer(sql, sale.customerId);
      expect(await ask()).toEqual(["permission_denied", "permission_denied"]);
      await asAnon(sql);
      expect(await ask()).toEqual(["42501", "42501"]);
      await asOwner(sql);
      await capture(sql, sale.paymentId);
      const [row] =
        await sql`select count(*)::int as rows from public.audit_log where table_name = 'payments' and row_key = ${sale.paymentId}`;
      expect(row?.rows).toBe(1);
    });
  });
});

test("a payment never captures more than was authorised, nor is it held without an end", async () => {
  await database.rolledBack(async (sql) => {
    const { paymentId } = await authorizedSale(sql);
    for (const change of [
      sql`status = 'success', captured_amount = amount, authorized_amount = amount - 1`,
      sql`authorized_until = null`,
      sql`authorized_amount = amount + 1`,
      sql`capture_asked_at = now(), capture_asked_amount = 1, void_asked_at = now()`,
    ])
      expect((await refusalOf(() => sql`update public.payments set ${change} where id = ${paymentId}`))?.code).toBe(
        "23514",
      );
  });
});
