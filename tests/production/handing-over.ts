import { createHmac, randomUUID } from "node:crypto";
import { publishedIntake } from "../support/catalog.ts";
import type { Pool, Sql } from "../support/database.ts";
import { asCustomer, asOwner } from "../support/people.ts";

/** A paid order and its push to the production system. */
export type Push = { orderId: string; customerId: string; eventId: number; processId: string };

/** Somebody takes a free seat; the order's push is queued as the relay does it. */
export async function queuedPush(sql: Sql): Promise<Push> {
  if ("begin" in sql) return (await (sql as Pool).begin((transaction) => queuedPush(transaction))) as Push;
  const { intakeId } = await publishedIntake(sql);
  const customerId = await asCustomer(sql);
  const [row] = await sql`select public.enroll(${intakeId}) as answer`;
  const orderId = row?.answer.order.id as string;
  await asOwner(sql);
  const [event] = await sql`select id from public.events where subject_id = ${orderId} and name = 'order.paid'`;
  const [process] = await sql`
    select private.queue_process('production.push-order', ${event?.id}, 'order', ${orderId}) as id`;
  return { orderId, customerId, eventId: event?.id, processId: process?.id };
}

/** One that production has taken: 202 was answered. */
export async function waitingPush(sql: Sql): Promise<Push> {
  const push = await queuedPush(sql);
  await sql`select private.start_process(${push.processId})`;
  await sql`select private.hand_over_process(${push.processId}, 'In the queue.')`;
  return push;
}

/** What a report says beside the process. */
export type Report = { status: string; message?: string; progress?: number; reporter?: string | null; key?: string };

/** Reports as whoever the connection acts as; the reporter is production unless said otherwise. */
export async function report(sql: Sql, processId: string, told: Report): Promise<Record<string, unknown>> {
  const { status, message = null, progress = null, reporter = "production", key = null } = told;
  const [row] = await sql`
    select public.update_process(${processId}, ${status}, ${message}, ${progress}, ${reporter}, ${key}) as answer`;
  return row?.answer;
}

/** `seatline-signature` as a system outside makes it. */
export function signatureOf(body: string, secret: string, seconds = Math.floor(Date.now() / 1000)): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

/** An id that nothing has. */
export const nowhere = randomUUID();
