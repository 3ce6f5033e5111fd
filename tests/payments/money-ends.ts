import type { Sql } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { letGo } from "./authorized.ts";
import { resolve } from "./giving-back.ts";
import { asService, hearOfLosses, tell, type World, workOff } from "./money-world.ts";
import { moneyOf } from "./parts.ts";
import { asyncFailed, disputeEvent } from "./provider-events.ts";
import { expireDue, holdEnds, type OpenOrder, type Sale } from "./sale.ts";
import { review } from "./transfer.ts";

/** Whatever is under way comes to its end: the provider answers, banks decide, staff review, holds run out. */
export async function settle(world: World): Promise<void> {
  const { sql } = world;
  for (let round = 0; round < 12; round++) {
    await workOff(world);
    const disputes =
      await sql`select provider_dispute_id as id, disputes.amount, provider_payment_id as intent, disputes.order_id
      from public.disputes join public.payments on payments.id = payment_id where disputes.status in ('open', 'inquiry')`;
    for (const { id, amount, intent, order_id } of disputes)
      await tell(
        world,
        disputeEvent("closed", { orderId: order_id, intentId: intent, amount } as Sale, round % 2 ? "lost" : "won", {
          id,
        }),
      );
    await hearOfLosses(world);
    const refunds = await sql`
      select refunds.id, provider, captured_amount - refunded_amount - disputed_amount >= refunds.amount as possible
      from public.refunds join public.payments on payments.id = payment_id where refunds.status = 'pending'`;
    for (const { id, provider, possible } of refunds)
      await (["manual_transfer", "cash", "other"].includes(provider)
        ? asService(world, (tx) => tx`select public.record_transfer_refund(${id}, 'BANK-2')`)
        : // what a bank took back a provider does not give back as well
          sql`select private.record_refund_result(${id}, ${`re_last_${id}_${round}`}, ${possible ? "success" : "failed"})`);
    for (const { id } of await sql`select id from public.orders where status = 'needs_review' order by id`)
      for (const resolution of ["fulfil", "refund", "close"])
        if ((await refusalOf(() => resolve(sql, id, resolution))) === null) break;
    for (const sale of world.intents) await tell(world, letGo(sale));
    for (const sale of world.sales) await tell(world, asyncFailed(sale));
    for (const proof of world.proofs)
      await refusalOf(() => review(sql, proof.id, { approve: false, reason: "too late" }));
    for (const { id } of await sql`select id from public.orders where status = 'pending'`)
      await holdEnds(sql, { orderId: id } as OpenOrder);
    await expireDue(sql);
    if ((await unsettled(sql)).length === 0) return;
  }
}

/** What is still under way, or was paid and has no result: one line each. */
export async function unsettled(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select format('order %s is %s', id, status) as line from public.orders where status in ('pending', 'needs_review')
    union all select format('payment %s is %s', id, status) from public.payments where status in ('pending', 'processing', 'authorized', 'refunding')
    union all select format('refund %s is %s', id, status) from public.refunds where status = 'pending'
    union all select format('event %s has no end', event_id) from private.provider_events where processed_at is null`;
  return rows.map(({ line }) => line);
}

/** Orders whose money is not where it belongs: unexplained, or kept although nothing of the order is left. */
export async function misplaced(world: World): Promise<string[]> {
  const lines: string[] = [];
  for (const { id, status } of await world.sql`select id, status from public.orders order by placed_at, id`) {
    const money = await moneyOf(world.sql, { orderId: id } as OpenOrder);
    const ended = ["cancelled", "expired", "refunded"].includes(status);
    // a bank may take back what, by an edit, pays for the order beside it: a loss of this one, which is booked
    const [bank] =
      await world.sql`select -least(coalesce(sum(exchanged_amount), 0), 0 - ${money.kept_amount}::bigint) as took from public.payments
      where order_id = ${id} and exists (select from public.disputes where payment_id = payments.id and status = 'lost')`;
    const kept = money.kept_amount < 0 ? money.kept_amount - bank?.took : money.kept_amount;
    if (money.unexplained_amount !== 0 || money.returning_amount !== 0 || (ended && kept !== 0))
      lines.push(
        `${status}: kept ${money.kept_amount}, returning ${money.returning_amount}, unexplained ${money.unexplained_amount}`,
      );
  }
  return lines;
}

/** Payments that are captured here, and those whose money was handed in: the same ones, whatever happened since. */
export async function captures({ sql, captured }: World): Promise<{ here: string[]; there: string[] }> {
  const rows = await sql`select id from public.payments where captured_amount > 0 and provider <> 'exchange'`;
  const waiting =
    await sql`select payload #>> '{data,object,metadata,payment_id}' as id from private.provider_events where processed_at is null`;
  const notYet = new Set(waiting.map(({ id }) => id));
  return {
    here: rows
      .map(({ id }) => id as string)
      .filter((id) => !notYet.has(id))
      .toSorted(),
    there: [...captured].filter((id) => !notYet.has(id)).toSorted(),
  };
}
