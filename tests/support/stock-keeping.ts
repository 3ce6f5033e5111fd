import { randomUUID } from "node:crypto";
import type { Sql } from "./database.ts";

/** The location that holds what nobody placed elsewhere. */
export const main = "00000000-0000-4000-8000-000000000001";

/** A line of a verb on stock. */
export type StockLine = {
  variant_id: string;
  location_id?: string;
  quantity?: number;
  delta?: number;
  counted?: number;
};

/** Units of a variant as `stock_levels` shows them. */
export type Level = { available: number; reserved: number; on_hand: number; sellable: number; backordered: number };

/** A hold as its verbs answer it. */
export type StockHold = {
  id: string;
  status: string;
  lines: { variant_id: string; quantity: number; beyond_stock: number }[];
};

// Anything may be sent as lines, so that a test can send what no client would.
const json = (value: unknown) => JSON.stringify(value ?? null);

/** Adjusts stock as whoever the connection is. */
export async function adjust(sql: Sql, lines: unknown, reason: string, key: string | null = null) {
  const [row] =
    await sql`select public.adjust_stock(${json(lines)}::text::jsonb, ${reason}, 'by a test', ${key}) as answer`;
  return row?.answer as { lines: { delta: number }[]; filled: number; levels: Level[] };
}

/** Receives units in a place, main unless said otherwise; gives how many backorders were filled. */
export async function receive(sql: Sql, variant: string, units: number, location = main): Promise<number> {
  return (await adjust(sql, [{ variant_id: variant, delta: units, location_id: location }], "receipt")).filled;
}

/** Moves units between places. */
export async function transfer(sql: Sql, lines: unknown, from: string, to: string, key: string | null = null) {
  const [row] =
    await sql`select public.transfer_stock(${json(lines)}::text::jsonb, ${from}, ${to}, null, ${key}) as answer`;
  return row?.answer as { id: string };
}

/** Holds units. */
export async function reserve(
  sql: Sql,
  lines: unknown,
  minutes: number | null = null,
  key: string | null = null,
): Promise<StockHold> {
  const [row] = await sql`select public.reserve_stock(${json(lines)}::text::jsonb, ${minutes}, null, ${key}) as answer`;
  return row?.answer;
}

/** Gives a hold back. */
export async function release(sql: Sql, hold: string, key: string | null = null): Promise<StockHold> {
  return (await sql`select public.release_stock(${hold}, ${key}) as answer`)[0]?.answer;
}

/** Delivers a hold, or lines at once. */
export async function deduct(sql: Sql, what: { hold?: string; lines?: unknown }, key: string | null = null) {
  const lines = what.lines === undefined ? null : json(what.lines);
  return (await sql`select public.deduct_stock(${what.hold ?? null}, ${lines}::text::jsonb, null, ${key}) as answer`)[0]
    ?.answer;
}

/** Makes a place that is drawn from in the order of its priority; gives its id. */
export async function newPlace(sql: Sql, priority = 100): Promise<string> {
  const [row] =
    await sql`select public.create_location(${`place-${randomUUID().slice(0, 8)}`}, 'A place', ${priority}) as answer`;
  return row?.answer.id;
}

/** What there is of a variant. */
export async function levelOf(sql: Sql, variant: string): Promise<Level> {
  const [row] =
    await sql`select available, reserved, on_hand, sellable, backordered from public.stock_levels where variant_id = ${variant}`;
  return row as unknown as Level;
}

/** Units on sale by place, main first, then as they are drawn, then beyond stock. */
export async function availableByPlace(sql: Sql, variant: string): Promise<number[]> {
  const rows = await sql`select available from public.stock_by_location(${[variant]}::uuid[])`;
  return rows.map(({ available }) => available);
}
