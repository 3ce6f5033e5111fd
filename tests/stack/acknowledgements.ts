import { expect } from "vitest";
import type { Sql } from "../support/database.ts";

/** Parts of an order that its buyer was told. */
type ToldOrder = { id: string; number: string; total_amount: number };

/**
 * What buyers were told, written down on their side before they do anything else. Who gets no answer asks again under the same key until there is
 * one, so in the end everything was told, and the database may hold no more and no less.
 */
export class Acknowledgements {
  readonly orders = new Map<string, ToldOrder & { customer_id: string }>();
  readonly seats = new Map<string, { id: string; intake_id: string; learner_id: string }>();
  readonly pages = new Map<string, string>();
  readonly paid = new Set<string>();
  readonly cancelled = new Set<string>();
  /** Answers that told of something else than the one before under the same key. */
  readonly contradictions: string[] = [];
  /** When each kind of answer came that was asked for last, in ms: what was asked before a kill says nothing of what serves after it. */
  readonly askedAt = new Map<string, number>();

  order(customer_id: string, { id, number, total_amount }: ToldOrder): void {
    this.orders.set(id, { id, number, total_amount, customer_id });
  }

  seat(learner_id: string, { id, intake_id }: { id: string; intake_id: string }): void {
    this.seats.set(id, { id, intake_id, learner_id });
  }

  page(orderId: string, url: string): void {
    const before = this.pages.get(orderId);
    if (before && before !== url) this.contradictions.push(`${orderId}: ${before}, then ${url}`);
    this.pages.set(orderId, url);
  }

  /** How much was acknowledged. */
  get count(): number {
    return this.orders.size + this.seats.size + this.pages.size + this.paid.size + this.cancelled.size;
  }

  /** Fails unless these people have exactly what they were told of since then: nothing acknowledged is lost, nothing is there twice. */
  async expectKept(sql: Sql, people: string[], since: Date): Promise<void> {
    const orders = await sql<
      (ToldOrder & { customer_id: string; status: string; captured: number; attempts: number })[]
    >`
      select id, number, total_amount, customer_id, status,
        (select coalesce(sum(captured_amount), 0)::bigint from public.payments where order_id = orders.id) as captured,
        (select count(*) from public.payments where order_id = orders.id) as attempts
      from public.orders where customer_id = any (${people}::uuid[]) and placed_at >= ${since}`;
    const seats = await sql`select id, intake_id, learner_id from public.enrollments
      where learner_id = any (${people}::uuid[]) and created_at >= ${since} and not exists (
        select from public.order_items join public.orders on orders.id = order_id where order_items.id = order_item_id and orders.total_amount > 0)`;
    const kept = orders.map(({ id, number, total_amount, customer_id }) => ({ id, number, total_amount, customer_id }));
    expect(differing([...this.orders.values()], kept), "acknowledged, but not in the database").toEqual([]);
    expect(differing(kept, [...this.orders.values()]), "in the database, but told to nobody").toEqual([]);
    expect(differing([...this.seats.values()], seats), "seats that are gone").toEqual([]);
    expect(differing(seats, [...this.seats.values()]), "seats that nobody was told of").toEqual([]);
    const of = new Map(orders.map((order) => [order.id, order]));
    const lost = [...this.paid].filter((id) => of.get(id)?.captured !== of.get(id)?.total_amount);
    expect(lost, "paid at the provider, but not captured here once").toEqual([]);
    const open = [...this.paid].filter((id) => ["pending", "expired"].includes(of.get(id)?.status ?? ""));
    expect(open, "paid, but without a result").toEqual([]);
    const back = [...this.cancelled].filter((id) => !["cancelled", "refunded"].includes(of.get(id)?.status ?? ""));
    expect(back, "cancelled, but not so here").toEqual([]);
    expect(
      orders.filter(({ attempts }) => attempts > 1),
      "orders with two attempts to pay",
    ).toEqual([]);
    expect(this.contradictions, "answers that contradict each other").toEqual([]);
  }
}

/** Rows of the first list that the second does not have just so. */
function differing(some: object[], others: readonly object[]): object[] {
  const known = new Set(others.map(text));
  return some.filter((row) => !known.has(text(row)));
}

const text = (row: object) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
