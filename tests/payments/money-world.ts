import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { placeOrder } from "../support/buying.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { capture, captureByHand, held, letGo, letGoByHand } from "./authorized.ts";
import { grant, payWithCredit, record } from "./credit.ts";
import { deliver } from "./deliver.ts";
import { issue, payWithCard } from "./gift-cards.ts";
import { customerWithAddress, type RefundWish, refund, resolve } from "./giving-back.ts";
import { moneyOf, startPart } from "./parts.ts";
import {
  asyncFailed,
  completedUnpaid,
  declined,
  disputeEvent,
  expired,
  type ProviderEvent,
  paid,
  refundEvent,
  succeeded,
} from "./provider-events.ts";
import { attach, cancel, expireDue, holdEnds, type OpenOrder, PRICE, type Sale } from "./sale.ts";
import { offerTransfers, review, startProof, startTransfer, submit } from "./transfer.ts";

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

export const deeds: Record<string, Deed> = {
  order: async (world, pick) => {
    const customerId = one(world.buyers, pick);
    const baskets = [
      [1, 0],
      [0, 2],
      [1, 1],
      [1, 0],
    ] as const; // prettier-ignore
    const [seats, things] = one([...baskets], Math.floor(pick / 3));
    const order = await placeOrder(world.sql, customerId, linesOf(world, seats, things));
    world.orders.push({ ...world.intake, customerId, orderId: order.id, amount: order.total_amount });
    await openPage(world, world.orders.at(-1) as OpenOrder, null);
  },
  "another attempt": (world, pick) => openPage(world, one(world.orders, pick), null),
  "a part is paid": (world, pick) => openPage(world, one(world.orders, pick), 1_000_000),
  "the checkout crashes before it attaches": (world, pick) => startPart(world.sql, one(world.orders, pick)),
  "authorising starts": (world, pick) => openIntent(world, one(world.orders, pick)),
  paid: (world, pick) => tellCapture(world, one(world.sales, pick), paid),
  succeeded: (world, pick) => tellCapture(world, one(world.sales, pick), succeeded),
  "wrong amount": (world, pick) => tellCapture(world, one(world.sales, pick), paid, { amount_total: 1 }),
  "completed, not paid": (world, pick) => tell(world, completedUnpaid(one(world.sales, pick))),
  "slow method failed": (world, pick) => tell(world, asyncFailed(one(world.sales, pick))),
  expired: (world, pick) => tell(world, expired(one(world.sales, pick))),
  declined: (world, pick) => tell(world, declined(one([...world.sales, ...world.intents], pick))),
  authorised: (world, pick) => withIntent(world, pick, (sale) => tell(world, held(sale))),
  "let go at the provider": (world, pick) => withIntent(world, pick, (sale) => tell(world, letGo(sale))),
  "capture is asked": (world, pick) =>
    withIntent(world, pick, ({ paymentId, amount }) =>
      ask(world, (key) => capture(world.sql, paymentId, pick % 2 ? null : Math.ceil(amount / 2), key)),
    ),
  "letting go is asked": (world, pick) => withIntent(world, pick, (sale) => letGoByHand(world.sql, sale.paymentId)),
  "captured at the provider": (world, pick) => withIntent(world, pick, (sale) => capturedThere(world, sale)),
  dispute: (world, pick) =>
    tell(
      world,
      disputeEvent("created", aSale(world, pick), pick % 3 === 0 ? "warning_needs_response" : "needs_response"),
    ),
  "dispute won": (world, pick) => tell(world, disputeEvent("closed", aSale(world, pick), "won")),
  "dispute lost": (world, pick) => tell(world, disputeEvent("closed", aSale(world, pick), "lost")),
  "part disputed": (world, pick) =>
    tell(world, disputeEvent("created", aSale(world, pick), "needs_response", { id: `dp_part_${pick}`, amount: 1000 })),
  "told again": (world, pick) => tell(world, one(world.told, pick)),
  "the webhook crashes behind its inbox": async (world, pick) => {
    const sale = one(world.sales, pick);
    world.captured.add(sale.paymentId);
    await takeIntoInbox(world, paid(sale));
  },
  "the inbox is worked off": (world) => workOff(world),
  "an answer was lost": async (world, pick) => {
    if (world.asked.length === 0) return;
    const { again, answer } = one(world.asked, pick);
    expect(await again(), "asked again with the same key").toEqual(answer);
  },
  "cancelled by staff": (world, pick) => cancel(world.sql, one(world.orders, pick), "staff"),
  "cancelled by the buyer": (world, pick) => cancel(world.sql, one(world.orders, pick), "customer"),
  "hold ends": (world, pick) => holdEnds(world.sql, one(world.orders, pick)),
  "expiry runs": (world) => expireDue(world.sql),
  edited: (world, pick) => {
    const { orderId } = one(world.orders, pick);
    const [seats, things] = one(
      [
        [0, 1],
        [1, 0],
        [0, 3],
        [1, 2],
      ],
      Math.floor(pick / 3),
    ) as [number, number]; // prettier-ignore
    const lines = JSON.stringify(linesOf(world, seats, things));
    return ask(world, (key) =>
      actingAs(world.sql, world.staff, async (tx) => {
        const [row] =
          await tx`select public.edit_order(${orderId}, ${lines}::text::jsonb, 'they called', ${key}) as answer`;
        const supplement = row?.answer.supplement as { id: string; total_amount: number } | null;
        if (supplement && !world.orders.some((order) => order.orderId === supplement.id))
          world.orders.push({
            ...one(world.orders, pick),
            orderId: supplement.id,
            amount: supplement.total_amount,
          });
        return row?.answer;
      }),
    );
  },
  "goods leave": async (world, pick) => {
    const { orderId } = one(world.orders, pick);
    await asService(world, (tx) => tx`select public.start_processing(${orderId})`);
    await asService(world, (tx) => tx`select public.mark_shipped(${orderId}, 'JNE')`);
  },
  "paid with store credit": (world, pick) => {
    const order = one(world.orders, pick);
    return ask(world, (key) => payWithCredit(world.sql, order, pick % 2 ? null : 1_500_000, key));
  },
  "paid with a gift card": (world, pick) => {
    const order = one(world.orders, pick);
    return ask(world, (key) => payWithCard(world.sql, order, world.giftCard, pick % 2 ? null : 1_500_000, key));
  },
  "paid by hand": (world, pick) => {
    const order = one(world.orders, pick);
    return ask(world, (key) => record(world.sql, order, { amount: pick % 2 ? null : 1_500_000, key }));
  },
  "a proof is sent": async (world, pick) => {
    const order = one(world.orders, pick);
    const transfer = { ...order, paymentId: (await startTransfer(world.sql, order)).payment.id };
    const id = await startProof(world.sql, transfer);
    world.proofs.push({ id, paymentId: transfer.paymentId });
    // the browser may be closed before the file is there
    if (pick % 4 !== 3) await submit(world.sql, id, id.replaceAll("-", "").repeat(2));
  },
  "a proof is approved": (world, pick) => reviewed(world, pick, { approve: true }),
  "a proof is rejected": (world, pick) => reviewed(world, pick, { approve: false, reason: "unreadable" }),
  "given back by staff": async (world, pick) => {
    const { orderId } = one(world.orders, pick);
    const items =
      await world.sql`select id, quantity from public.order_items where order_id = ${orderId} and parent_id is null order by id`;
    const line = { order_item_id: one([...items], pick)?.id as string, quantity: 1 };
    const wishes: RefundWish[] = [
      {},
      { amount: 1000 },
      { lines: [line], restock: pick % 2 === 0 },
      { lines: [line], restock: null },
    ];
    const wish = one(wishes, Math.floor(pick / 3));
    return ask(world, (key) => withinWhatIsLeft(world, () => refund(world.sql, orderId, { ...wish, key })));
  },
  "given back as store credit": (world, pick) => {
    const { orderId } = one(world.orders, pick);
    return asService(
      world,
      (tx) =>
        tx`select public.refund_order(${orderId}, amount => ${pick % 2 ? 1000 : null}, reason => 'a test', destination => 'store_credit')`,
    );
  },
  "part given back by hand": (world, pick) => byHand(world, pick, 1000),
  "all given back by hand": (world, pick) => byHand(world, pick, aSale(world, pick).amount),
  "refund sent": (world, pick) => answerRefund(world, pick, "success"),
  "refund failed": (world, pick) => answerRefund(world, pick, "failed"),
  "the worker crashes behind a refund it sent": (world, pick) => refundIsToldOf(world, pick),
  "a refund is tried again": async (world, pick) => {
    const failed = await world.sql`select id from public.refunds where status = 'failed' order by created_at, id`;
    if (failed.length > 0)
      await ask(world, (key) =>
        asService(
          world,
          async (tx) =>
            (await tx`select public.retry_refund(${one([...failed], pick)?.id}, ${key}) as answer`)[0]?.answer,
        ),
      );
  },
  "money is handed back": async (world, pick) => {
    const owed = await world.sql`select refunds.id from public.refunds join public.payments on payments.id = payment_id
      where refunds.status = 'pending' and provider in ('manual_transfer', 'cash', 'other') order by refunds.created_at, refunds.id`;
    if (owed.length > 0)
      await asService(world, (tx) => tx`select public.record_transfer_refund(${one([...owed], pick)?.id}, 'BANK-1')`);
  },
  "a review is decided": async (world, pick) => {
    const reviews = await world.sql`select id from public.orders where status = 'needs_review' order by placed_at, id`;
    if (reviews.length > 0)
      await resolve(world.sql, one([...reviews], pick)?.id, one(["fulfil", "refund", "close"], Math.floor(pick / 3)));
  },
};

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

/** One of a list; a deed that has nobody to happen to is refused, as a request about nothing would be. */
function one<T>(list: readonly T[], pick: number): T {
  return list[pick % list.length] as T;
}

const aSale = (world: World, pick: number) => one([...world.sales, ...world.intents], pick);
const asService = <T>({ sql }: World, work: (tx: Sql) => Promise<T>) => actingAs(sql, "service", work);

function linesOf({ intake, thing }: World, seats: number, things: number) {
  return [
    { variant_id: intake.variantId, quantity: seats },
    { variant_id: thing, quantity: things },
  ].filter(({ quantity }) => quantity > 0);
}

async function openPage(world: World, order: OpenOrder, amount: number | null): Promise<void> {
  const { payment } = await startPart(world.sql, order, amount);
  if (world.sales.some(({ paymentId }) => paymentId === payment.id)) return;
  const sessionId = `cs_${randomUUID()}`;
  await asService(world, (tx) => attach(tx, payment.id, sessionId));
  const { id: paymentId, amount: asked } = payment;
  world.sales.push({ ...order, amount: asked, paymentId, sessionId, intentId: `pi_${randomUUID()}` });
}

async function openIntent(world: World, order: OpenOrder): Promise<void> {
  await captureByHand(world.sql);
  const { payment } = await startPart(world.sql, order, null, "payment_intent");
  await world.sql`update public.settings set value = '"automatic"' where key = 'payment_capture'`;
  if (world.intents.some(({ paymentId }) => paymentId === payment.id)) return;
  const intentId = `pi_${randomUUID()}`;
  await asService(world, (tx) => attach(tx, payment.id, intentId));
  world.intents.push({ ...order, amount: payment.amount, paymentId: payment.id, sessionId: intentId, intentId });
}

async function withIntent(world: World, pick: number, work: (sale: Sale) => Promise<unknown>): Promise<void> {
  if (world.intents.length > 0) await work(one(world.intents, pick));
}

/** Takes as much as was asked for, or everything. */
async function capturedThere(world: World, sale: Sale): Promise<void> {
  const [row] = await world.sql`select capture_asked_amount from public.payments where id = ${sale.paymentId}`;
  await tellCapture(world, sale, succeeded, { amount_received: row?.capture_asked_amount ?? sale.amount });
}

async function tellCapture(
  world: World,
  sale: Sale,
  event: typeof paid,
  changes: Record<string, unknown> = {},
): Promise<void> {
  world.captured.add(sale.paymentId);
  await tell(world, event(sale, changes));
}

async function tell(world: World, event: ProviderEvent | undefined): Promise<void> {
  if (!event) return;
  world.told.push(event);
  const outcome = await deliver(world.sql, event);
  const [row] = await world.sql`select error from private.provider_events where event_id = ${event.id}`;
  expect(outcome, `${event.type}: ${row?.error}`).not.toBe("failed");
}

async function takeIntoInbox(world: World, event: ProviderEvent): Promise<void> {
  world.told.push(event);
  const deliveries = JSON.stringify([{ event, request_id: "req" }]);
  await asService(world, (tx) => tx`select public.take_provider_events('stripe', ${deliveries}::text::jsonb)`);
}

async function workOff({ sql }: World): Promise<void> {
  await sql`update private.provider_events set received_at = received_at - interval '10 seconds' where processed_at is null`;
  await sql`select private.apply_pending_provider_events()`;
  expect(
    await sql`select type, error from private.provider_events where processed_at is null`,
    "left in the inbox",
  ).toHaveLength(0);
}

/** Staff never ask for more than is left of what was captured, whatever is on its way back or with a bank. */
async function withinWhatIsLeft<T>({ sql }: World, request: () => Promise<T>): Promise<T> {
  const beyond = async () => {
    const [row] =
      await sql`select coalesce(sum(greatest(0, refunded_amount + disputed_amount + exchanged_amount - captured_amount + coalesce((
        select sum(amount) from public.refunds where payment_id = payments.id and status = 'pending'), 0))), 0)::bigint as amount
      from public.payments`;
    return row?.amount as number;
  };
  const before = await beyond();
  const answer = await request();
  expect(await beyond(), "asked for beyond what was left").toBeLessThanOrEqual(before);
  return answer;
}

/** Asks something under a key, and remembers the answer for who lost it. What was paid with it is paid. */
async function ask(world: World, request: (key: string) => Promise<unknown>): Promise<void> {
  const key = `key_${world.number++}`;
  const answer = await request(key);
  world.asked.push({ again: () => request(key), answer });
  const { payment } = (answer ?? {}) as { payment?: { id: string; status: string } };
  if (payment?.status === "success") world.captured.add(payment.id);
}

async function reviewed(world: World, pick: number, verdict: { approve: boolean; reason?: string }): Promise<void> {
  if (world.proofs.length === 0) return;
  const { id, paymentId } = one(world.proofs, pick);
  await ask(world, (key) => review(world.sql, id, { ...verdict, key }));
  if (verdict.approve) world.captured.add(paymentId);
}

async function byHand(world: World, pick: number, amount: number): Promise<void> {
  const id = `re_hand_${world.number++}`;
  await tell(world, refundEvent("refund.created", aSale(world, pick), { id, status: "succeeded", amount }));
}

async function ownRefund({ sql }: World, pick: number) {
  const refunds =
    await sql`select refunds.id, provider_refund_id, refunds.amount, provider_payment_id, refunds.order_id from public.refunds
    join public.payments on payments.id = payment_id
    where reason not in ('by_provider', 'dispute_lost') and provider = 'stripe' and destination = 'payment' order by refunds.created_at, refunds.id`;
  return one([...refunds], pick) as
    | { id: string; provider_refund_id: string | null; amount: number; provider_payment_id: string; order_id: string }
    | undefined;
}

/** The provider answers the worker about a refund that was asked for. */
async function answerRefund(world: World, pick: number, status: string): Promise<void> {
  const found = await ownRefund(world, pick);
  if (!found) return;
  const providerId = pick > 8 ? `re_again_${found.id}_${pick}` : (found.provider_refund_id ?? `re_${found.id}`);
  await world.sql`select private.record_refund_result(${found.id}, ${providerId}, ${status})`;
}

/** The provider did what the worker asked, and only its event says so. */
async function refundIsToldOf(world: World, pick: number): Promise<void> {
  const found = await ownRefund(world, pick);
  if (!found?.provider_payment_id) return;
  const sale = { orderId: found.order_id, intentId: found.provider_payment_id, amount: found.amount } as Sale;
  const id = found.provider_refund_id ?? `re_${found.id}`;
  await tell(world, refundEvent("refund.updated", sale, { id, status: "succeeded", refundId: found.id }));
}
