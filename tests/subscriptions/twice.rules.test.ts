import { expect, test } from "vitest";
import { deliver } from "../payments/deliver.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { type Begun, begun, captureEvent, FEE, invoiceEvent, stateOf, subscriptionEvent } from "./subscribing.ts";

const database = useDatabase();

/** Somebody whose first page expired and who began again. */
const begunAgain = async (sql: Sql) => {
  const first = await begun(sql);
  await sql`update public.subscriptions set checkout_expires_at = now() - interval '1 second' where id = ${first.subscriptionId}`;
  const second = await begun(sql, { personId: first.personId, plan: first });
  expect(second.subscriptionId).not.toBe(first.subscriptionId);
  return [first, second] as const;
};
const asked = async (sql: Sql, { subscriptionId }: Begun) =>
  (await sql`select from public.events where name = 'subscription.change_requested' and subject_id = ${subscriptionId}`)
    .length;

test("a subscription paid on a page that had expired, while another lives, ends by itself: its money goes back and the provider is told", () =>
  database.rolledBack(async (sql) => {
    const [late, live] = await begunAgain(sql);
    const before = await asked(sql, late);
    await deliver(sql, invoiceEvent(live, 1, true));
    expect(await deliver(sql, invoiceEvent(late, 1, true))).toBe("applied");
    expect(await deliver(sql, captureEvent(late, 1))).toBe("applied");
    expect(await deliver(sql, subscriptionEvent(late, "active"))).toBe("applied");
    expect(await stateOf(sql, late)).toMatchObject({
      status: "canceled",
      orders: [`cancelled ${FEE} refunding pi_1_${late.providerId}`],
    });
    expect(await asked(sql, late)).toBe(before + 1);
    const refunds = await sql`select refunds.status, refunds.amount, payments.provider_payment_id from public.refunds
      join public.payments on payments.id = refunds.payment_id join public.orders on orders.id = refunds.order_id where customer_id = ${late.personId}`;
    expect(refunds).toEqual([{ status: "pending", amount: FEE, provider_payment_id: `pi_1_${late.providerId}` }]);
    expect(await stateOf(sql, live)).toMatchObject({ status: "active", lock: null });
    expect(await sql`select from private.provider_events where processed_at is null`).toEqual([]);
    await expectInvariants(sql);
  }));

test("a subscription paid on a page that had expired, while another waits to be paid, counts: the other page is closed", () =>
  database.rolledBack(async (sql) => {
    const [late, waiting] = await begunAgain(sql);
    await deliver(sql, invoiceEvent(late, 1, true));
    expect((await stateOf(sql, late))?.status).toBe("active");
    expect((await stateOf(sql, waiting))?.status).toBe("expired");
    expect(await asked(sql, waiting)).toBe(1);
    await deliver(sql, invoiceEvent(waiting, 1, true));
    expect(await stateOf(sql, waiting)).toMatchObject({ status: "canceled", orders: [`cancelled ${FEE} refunding -`] });
    expect((await stateOf(sql, late))?.status).toBe("active");
    await expectInvariants(sql);
  }));
