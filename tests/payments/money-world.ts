import { expect } from "vitest";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { grant } from "./credit.ts";
import { deliver } from "./deliver.ts";
import { issue } from "./gift-cards.ts";
import { customerWithAddress } from "./giving-back.ts";
import type { ProviderEvent } from "./provider-events.ts";
import { type OpenOrder, PRICE, type Sale } from "./sale.ts";
import { offerTransfers } from "./transfer.ts";

/** What a thing costs beside a seat, in minor units. */
const THING = 2_000_000;

/** A request that was answered, and how to send it once more. */
type Asked = { again: () => Promise<unknown>; answer: unknown };

/** A shop of two seats and five things, three buyers, everything that was started in it, and what was really paid. */
export type World = {
  sql: Sql;
  intake: BuiltIntake;
  thing: string;
  buyers: string[];
  staff: string;
  giftCard: string;
  orders: OpenOrder[];
  /** Pages at the provider. */
  sales: Sale[];
  /** Intents whose money is captured by hand. */
  intents: Sale[];
  proofs: { id: string; paymentId: string }[];
  told: ProviderEvent[];
  asked: Asked[];
  /** Payments whose money was handed in, by whomever. */
  captured: Set<string>;
  number: number;
};

/** What can happen next; `pick` chooses whom it happens to. */
export type Deed = (world: World, pick: number) => Promise<unknown>;

/** Opens the shop. */
export async function openWorld(sql: Sql): Promise<World> {
  const intake = await publishedIntake(sql, { seats: 2, price: PRICE });
  const thing = await stockedVariant(sql, 5, { status: "published", price: THING });
  const buyers = [await customerWithAddress(sql), await customerWithAddress(sql), await customerWithAddress(sql)];
  for (const buyer of buyers) await grant(sql, buyer, PRICE + THING);
  await offerTransfers(sql);
  const giftCard = (await issue(sql, PRICE)).code as string;
  const staff = await asStaff(sql, "admin");
  await asOwner(sql);
  const started = { orders: [], sales: [], intents: [], proofs: [], told: [], asked: [] };
  return { sql, intake, thing, buyers, staff, giftCard, ...started, captured: new Set(), number: 0 };
}

/** Starts over after a story was taken back. */
export function forget(world: World): World {
  const nothing = { orders: [], sales: [], intents: [], proofs: [], told: [], asked: [] };
  return { ...world, ...nothing, captured: new Set(), number: 0 };
}

/** One of a list; a deed that has nobody to happen to is refused, as a request about nothing would be. */
export function one<T>(list: readonly T[], pick: number): T {
  return list[pick % list.length] as T;
}

/** Works as the secret key. */
export const asService = <T>({ sql }: World, work: (tx: Sql) => Promise<T>) => actingAs(sql, "service", work);

/** Delivers an event as the provider would, and remembers it for being told again. */
export async function tell(world: World, event: ProviderEvent | undefined): Promise<void> {
  if (!event) return;
  world.told.push(event);
  const outcome = await deliver(world.sql, event);
  const [row] = await world.sql`select error from private.provider_events where event_id = ${event.id}`;
  expect(outcome, `${event.type}: ${row?.error}`).not.toBe("failed");
}

/** Applies what waits in the inbox; nothing may stay in it. */
export async function workOff({ sql }: World): Promise<void> {
  await sql`update private.provider_events set received_at = received_at - interval '10 seconds' where processed_at is null`;
  await sql`select private.apply_pending_provider_events()`;
  expect(
    await sql`select type, error from private.provider_events where processed_at is null`,
    "left in the inbox",
  ).toHaveLength(0);
}

/** What the worker does on hearing of disputes that were lost. */
export async function hearOfLosses({ sql }: World): Promise<void> {
  await sql`select private.review_supplements(id) from public.disputes where status = 'lost' order by id`;
}
