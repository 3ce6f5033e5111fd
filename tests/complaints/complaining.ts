import { randomUUID } from "node:crypto";
import type { Complaint } from "../../packages/sdk/src/index.ts";
import { actingAs } from "../payments/acting-as.ts";
import { type Basket, paidBasket } from "../payments/giving-back.ts";
import type { Pool, Sql } from "../support/database.ts";
import { newCustomer, type StaffRole } from "../support/people.ts";

/** What a complaint may say. */
export type ComplaintWish = {
  type?: string;
  description?: string | null;
  lines?: unknown;
  wanted?: string | null;
  key?: string | null;
};

/** What a complaint ends in. */
export type ResolutionWish = {
  resolution?: string | null;
  note?: string | null;
  lines?: unknown;
  amount?: number | null;
  restock?: boolean;
  key?: string | null;
};

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

/** Somebody with this role. */
export async function newStaff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await newCustomer(sql);
  await sql`insert into public.role_members (profile_id, role) values (${id}, ${role})`;
  return id;
}

/** One call of a verb by somebody, by position; objects go as JSON. */
export async function call<T = Complaint>(sql: Sql, who: string, verb: string, ...given: unknown[]): Promise<T> {
  return actingAs(sql, who, async (tx) => {
    const values = given.map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : value));
    const places = values.map(
      (value, index) =>
        `$${index + 1}${typeof given[index] === "object" && given[index] ? "::text::jsonb" : typeOf(value)}`,
    );
    const [row] = await tx.unsafe(`select public.${verb}(${places.join(", ")}) as answer`, values as never[]);
    return row?.answer as T;
  });
}

function typeOf(value: unknown): string {
  return typeof value === "boolean" ? "::boolean" : typeof value === "number" ? "::integer" : "";
}

/** Opens a complaint about an order. */
export async function complain(sql: Sql, who: string, orderId: string, wish: ComplaintWish = {}): Promise<Complaint> {
  const { type = "defect", description = "One of them is broken.", lines, wanted = null, key = null } = wish;
  return actingAs(sql, who, async (tx) => {
    const [row] =
      await tx`select public.open_complaint(${orderId}, ${type}, ${description}, ${json(lines)}::text::jsonb, ${wanted}, ${key}) as answer`;
    return row?.answer;
  });
}

/** Ends a complaint, as the secret key unless said otherwise. */
export async function resolve(
  sql: Sql,
  complaintId: string,
  wish: ResolutionWish = {},
  who = "service",
): Promise<Complaint> {
  const { resolution = "refund", note = "We are sorry.", lines, amount = null, restock = false, key = null } = wish;
  return actingAs(sql, who, async (tx) => {
    const [row] =
      await tx`select public.resolve_complaint(${complaintId}, ${resolution}, ${note}, ${json(lines)}::text::jsonb, ${amount}, ${restock}, ${key}) as answer`;
    return row?.answer;
  });
}

/** A paid basket (tests/payments) whose customer complains about two of its four things. */
export async function openComplaint(
  sql: Sql | Pool,
  wish: ComplaintWish = {},
): Promise<{ basket: Basket; complaint: Complaint }> {
  const basket = await paidBasket(sql);
  const lines = [{ order_item_id: basket.things, quantity: 2 }];
  return { basket, complaint: await complain(sql, basket.customerId, basket.orderId, { lines, ...wish }) };
}

/** A file beside a complaint whose bytes were looked at. */
export async function showEvidence(sql: Sql, who: string, complaintId: string): Promise<string> {
  const { id } = await call<{ id: string }>(sql, who, "start_evidence", complaintId);
  await actingAs(
    sql,
    "service",
    (tx) => tx`select public.submit_evidence(${id}, 'image/png', 70, ${randomUUID().replaceAll("-", "").repeat(2)})`,
  );
  return id;
}
