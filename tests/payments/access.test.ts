import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { paidSale } from "./paid-sale.ts";
import { cancel, openSale } from "./sale.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };
const everyoneSignedIn = [
  asCustomer,
  asService,
  (sql: Sql) => asStaff(sql, "admin"),
  (sql: Sql) => asStaff(sql, "finance"),
];

describe.each(["payments", "refunds"])("%s", (relation) => {
  test("are seen by the order's customer, by staff with payments.read and the secret key, and by nobody else", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await cancel(sql, sale);
      const found = async () =>
        (await sql`select from ${sql(`public.${relation}`)} where order_id = ${sale.orderId}`).length > 0;
      const seers = [];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        if (await found()) seers.push(role);
      }
      expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
      await asCustomer(sql, sale.customerId);
      expect(await found()).toBe(true);
      await asService(sql);
      expect(await found()).toBe(true);
      await asOwner(sql);
      await asCustomer(sql);
      expect(await found()).toBe(false);
      await asAnon(sql);
      await expectRefusal(found, { code: "42501", status: 401 });
    });
  });

  test("are written by nobody but the verbs", async () => {
    await database.rolledBack(async (sql) => {
      await cancel(sql, await paidSale(sql));
      for (const become of everyoneSignedIn) {
        await asOwner(sql);
        await become(sql);
        await expectRefusal(() => sql`insert into ${sql(`public.${relation}`)} default values`, denied);
        await expectRefusal(() => sql`update ${sql(`public.${relation}`)} set status = 'success'`, denied);
        await expectRefusal(() => sql`delete from ${sql(`public.${relation}`)}`, denied);
      }
    });
  });
});

describe("the provider's words", () => {
  test("are taken from the secret key only", async () => {
    await database.rolledBack(async (sql) => {
      const { paymentId, customerId } = await openSale(sql);
      const people = [(tx: Sql) => asCustomer(tx, customerId), (tx: Sql) => asStaff(tx, "admin")];
      for (const become of people) {
        await become(sql);
        await expectRefusal(
          () =>
            sql`select public.receive_provider_event('stripe', 'evt_mine', 'checkout.session.completed', '{"data":{"object":{}}}')`,
          denied,
        );
        await expectRefusal(
          () => sql`select public.attach_payment_session(${paymentId}, 'cs_mine', 'http://mine.test', now())`,
          denied,
        );
        await asOwner(sql);
      }
      await asAnon(sql);
      await expectRefusal(() => sql`select public.receive_provider_event('stripe', 'e', 't', '{}')`, {
        code: "42501",
        status: 401,
      });
    });
  });

  test("are read by nobody: they name customers", async () => {
    await database.rolledBack(async (sql) => {
      await paidSale(sql);
      for (const become of [asAnon, ...everyoneSignedIn]) {
        await asOwner(sql);
        await become(sql);
        await expectRefusal(() => sql`select from private.provider_events`, denied);
      }
    });
  });
});

test("the steps behind the verbs are out of reach for every client", async () => {
  await database.rolledBack(async (sql) => {
    const { paymentId, orderId } = await openSale(sql);
    const steps = [
      `settle_payment('${paymentId}', 1, 'idr', 'pi_1')`,
      `deliver_paid_order('${orderId}', '${paymentId}')`,
      `fail_payment('${paymentId}', 'failed', null, null)`,
      `request_refund('${paymentId}', 'order_cancelled', null)`,
      `record_refund_result('${randomUUID()}', 're_1', 'success')`,
      `adopt_refund('${paymentId}', 're_1', 1, 'idr', 'success')`,
      "apply_pending_provider_events()",
      "open_payments()",
      "expire_due_orders()",
    ];
    for (const become of [asAnon, ...everyoneSignedIn]) {
      await asOwner(sql);
      await become(sql);
      for (const step of steps) await expectRefusal(() => sql.unsafe(`select private.${step}`), denied);
    }
  });
});

test("the history of a payment is seen by its customer and not by another", async () => {
  await database.rolledBack(async (sql) => {
    const { paymentId, customerId } = await paidSale(sql);
    const seen = async () =>
      (await sql`select to_status from public.status_changes where subject_id = ${paymentId}`).map(
        (row) => row.to_status,
      );
    await asCustomer(sql, customerId);
    expect(await seen()).toEqual(["success"]);
    await asOwner(sql);
    await asCustomer(sql);
    expect(await seen()).toEqual([]);
  });
});
