import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { placeOrder } from "../support/buying.ts";
import { actingAs } from "./acting-as.ts";
import { capture, captureByHand, held, letGo, letGoByHand } from "./authorized.ts";
import { payWithCredit, record } from "./credit.ts";
import { payWithCard } from "./gift-cards.ts";
import { type RefundWish, refund, resolve } from "./giving-back.ts";
import { asService, type Deed, hearOfLosses, one, tell, type World, workOff } from "./money-world.ts";
import { startPart } from "./parts.ts";
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
import { attach, cancel, expireDue, holdEnds, type OpenOrder, type Sale } from "./sale.ts";
import { review, startProof, startTransfer, submit } from "./transfer.ts";

/** Everything that can happen to the shop, by name. */
export const deeds: Record<string, Deed> = {
  order: async (world, pick) => {
    const customerId = one(world.buyers, pick);
    const baskets = [
      [1, 0],
      [0, 2],
      [1, 1],
      [1, 0],
    ] as const;
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
  "the worker hears of a loss": (world) => hearOfLosses(world),
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
    ) as [number, number];
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

const aSale = (world: World, pick: number) => one([...world.sales, ...world.intents], pick);

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

async function takeIntoInbox(world: World, event: ProviderEvent): Promise<void> {
  world.told.push(event);
  const deliveries = JSON.stringify([{ event, request_id: "req" }]);
  await asService(world, (tx) => tx`select public.take_provider_events('stripe', ${deliveries}::text::jsonb)`);
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
