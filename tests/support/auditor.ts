import { expect } from "vitest";
import type { Sql } from "./database.ts";
import { type Refusal, refusalInAnswer, refusalInError } from "./expect-error.ts";

/** The parts of an order that its buyer was told and must find again. */
export type ToldOrder = { id: string; number: string; currency: string; total_amount: number };

/** The parts of an enrolment that its learner was told and must find again. */
export type ToldEnrollment = { id: string; intake_id: string };

type Attempt = { customer: string } & (
  | { outcome: "acknowledged"; order: ToldOrder | null; enrollments: ToldEnrollment[] }
  | { outcome: "refused"; refusal: Refusal }
  | { outcome: "unknown"; cause: unknown }
);

/**
 * Writes down, on the buyer's side, what every purchase was answered, and compares it with the database afterwards. Catches what invariants
 * in SQL cannot see: a sale that was acknowledged and is gone, or one that was made and answered with a refusal.
 */
export class Auditor {
  readonly attempts: Attempt[] = [];

  /**
   * Runs one purchase of `customer` (`place_order` or `enroll`; a document, rows of postgres.js or an answer of supabase-js) and writes its
   * answer down. A refusal is an answer and is not thrown; null stands for it and for an answer that never came.
   */
  async purchase<T>(customer: string, send: () => PromiseLike<T>): Promise<T | null> {
    try {
      const answer = await send();
      const refusal = await refusalInAnswer(answer);
      if (refusal) return this.#refused(customer, refusal);
      this.attempts.push({ customer, outcome: "acknowledged", ...told(answer) });
      return answer;
    } catch (cause) {
      const refusal = refusalInError(cause);
      if (refusal && refusal.status < 500) return this.#refused(customer, refusal);
      this.attempts.push({ customer, outcome: "unknown", cause });
      return null;
    }
  }

  /** How many purchases ended so. */
  count(outcome: Attempt["outcome"]): number {
    return this.attempts.filter((attempt) => attempt.outcome === outcome).length;
  }

  /** How often each code was the refusal. */
  refusals(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const attempt of this.attempts) {
      if (attempt.outcome === "refused") counts[attempt.refusal.code] = (counts[attempt.refusal.code] ?? 0) + 1;
    }
    return counts;
  }

  /** Fails unless the database holds every acknowledged order and enrolment as it was told, and none that nobody was told of. */
  async expectKept(sql: Sql): Promise<void> {
    const customers = [...new Set(this.attempts.map((attempt) => attempt.customer))];
    const orders = await sql<(ToldOrder & { customer_id: string })[]>`
      select id, number, currency, total_amount, customer_id from public.orders where customer_id = any (${customers}::uuid[])`;
    const enrollments = await sql<(ToldEnrollment & { learner_id: string })[]>`
      select id, intake_id, learner_id from public.enrollments where learner_id = any (${customers}::uuid[])`;
    const kept = new Map<string, unknown>([...orders, ...enrollments].map((row) => [row.id, row]));
    const toldOf = new Set<string>();
    const lost: unknown[] = [];
    for (const attempt of this.attempts) {
      if (attempt.outcome !== "acknowledged") continue;
      const claims = [
        ...(attempt.order ? [{ ...attempt.order, customer_id: attempt.customer }] : []),
        ...attempt.enrollments.map((enrollment) => ({ ...enrollment, learner_id: attempt.customer })),
      ];
      for (const claim of claims) {
        toldOf.add(claim.id);
        if (!same(claim, kept.get(claim.id))) lost.push({ told: claim, kept: kept.get(claim.id) ?? null });
      }
    }
    expect(lost, "acknowledged, but not in the database").toEqual([]);
    const untold = orders.filter((order) => !toldOf.has(order.id));
    expect(untold.length, "orders in the database that nobody was told of").toBeLessThanOrEqual(this.count("unknown"));
  }

  #refused(customer: string, refusal: Refusal): null {
    this.attempts.push({ customer, outcome: "refused", refusal });
    return null;
  }
}

type Document = Partial<ToldOrder> & {
  order?: ToldOrder;
  enrollment?: ToldEnrollment;
  items?: { enrollment: ToldEnrollment | null }[];
};

function told(answer: unknown): { order: ToldOrder | null; enrollments: ToldEnrollment[] } {
  const document = unwrap(answer);
  const order = document.order ?? (document.number ? (document as ToldOrder) : null);
  const items = (order as Document | null)?.items ?? [];
  const seats = [document.enrollment, ...items.map((item) => item.enrollment)].filter(
    (seat) => seat !== undefined && seat !== null,
  );
  return { order: order && pick(order), enrollments: seats.map(({ id, intake_id }) => ({ id, intake_id })) };
}

// Rows of postgres.js hold the document in their only column, supabase-js in `data`.
function unwrap(answer: unknown): Document {
  const value = Array.isArray(answer) ? Object.values(answer[0] ?? {})[0] : answer;
  if (value && typeof value === "object" && "data" in value && "error" in value) return value.data as Document;
  return (value ?? {}) as Document;
}

function pick({ id, number, currency, total_amount }: ToldOrder): ToldOrder {
  return { id, number, currency, total_amount };
}

function same(told: Record<string, unknown>, kept: unknown): boolean {
  const row = (kept ?? {}) as Record<string, unknown>;
  return Object.entries(told).every(([name, value]) => row[name] === value);
}
