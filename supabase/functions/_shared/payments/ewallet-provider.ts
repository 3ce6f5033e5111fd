import { z } from "zod";
import { Problem } from "../problem.ts";
import { requireSignature } from "../require-signature.ts";
import {
  type PageWish,
  type PaymentProvider,
  type ProviderEvent,
  ProviderRefusal,
  type RefundAnswer,
  type RefundWish,
} from "./provider.ts";

/** Where the e-wallet is, the key of the account, and the secrets of its webhook (several while one is being rotated). */
export type EwalletSettings = { base: string; key: string; secrets: string[] };

const Payment = z.looseObject({
  id: z.string().min(1).max(100),
  status: z.enum(["pending", "processing", "succeeded", "failed", "expired", "cancelled"]),
  amount: z.int(),
  currency: z.string(),
  reference: z.string(),
  order: z.string(),
});
const Refund = z.looseObject({
  id: z.string().min(1).max(100),
  payment: z.string(),
  status: z.enum(["pending", "succeeded", "failed"]),
  amount: z.int(),
  currency: z.string(),
  reference: z.string(),
  order: z.string(),
});
const Event = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(200),
  data: z.looseObject({ object: z.looseObject({ id: z.string() }) }),
});
type Payment = z.infer<typeof Payment>;
type Refund = z.infer<typeof Refund>;

const TIMEOUT_MS = 10_000;
const LONGEST_LIFE_SECONDS = 24 * 60 * 60;
const STATUS = { pending: "pending", succeeded: "success", failed: "failed" } as const;

/** An e-wallet: the buyer is sent to its page, and it says after seconds whether the money came. */
export function ewalletProvider(settings: EwalletSettings): PaymentProvider {
  const ask = <T>(schema: z.ZodType<T>, path: string, body?: unknown, key?: string) =>
    call(settings, schema, path, body, key);
  return {
    name: "ewallet",
    openPage: (wish) => openPage(wish, ask),
    async close(id) {
      try {
        await ask(Payment, `/payments/${id}/cancel`, {});
        return true;
      } catch (error) {
        if (error instanceof ProviderRefusal) return false;
        throw error;
      }
    },
    async retrieve({ session_id }) {
      const payment = await ask(Payment, `/payments/${session_id}`);
      return payment.status === "pending" ? null : ofPayment(payment, `reconcile_${payment.id}_${payment.status}`);
    },
    refund: (wish) => refund(wish, ask),
    retrieveRefund: async (id) => toAnswer(await ask(Refund, `/refunds/${id}`)),
    listEvents: (since) => listEvents(since, ask),
    readWebhook: async (body, headers) => readWebhook(settings.secrets, body, headers.get("ewallet-signature")),
  };
}

type Ask = <T>(schema: z.ZodType<T>, path: string, body?: unknown, key?: string) => Promise<T>;

async function openPage({ started, returnTo, nowSeconds }: PageWish, ask: Ask) {
  const { order, payment } = started;
  const held = order.expires_at ? Math.floor(Date.parse(order.expires_at) / 1000) : nowSeconds + LONGEST_LIFE_SECONDS;
  const wish = {
    amount: payment.amount,
    currency: payment.currency,
    reference: payment.id,
    order: order.id,
    description: `Order ${order.number}`,
    return_url: returnTo,
    expires_at: held,
  };
  const opened = await ask(
    Payment.extend({ redirect_url: z.url(), expires_at: z.int() }),
    "/payments",
    wish,
    `${order.id}:${payment.attempt}`,
  );
  return { id: opened.id, url: opened.redirect_url, expires_at: new Date(opened.expires_at * 1000).toISOString() };
}

// Keys are forgotten some day, refunds are not: an older one is looked for by the reference that we gave it.
async function refund(wish: RefundWish, ask: Ask): Promise<RefundAnswer> {
  const reference = `${wish.id}:${wish.attempt}`;
  const path = `/payments/${wish.provider_payment_id}/refunds`;
  if (wish.maybe_sent) {
    const { data } = await ask(z.looseObject({ data: z.array(Refund) }), path);
    const sent = data.find((known) => known.reference === reference);
    if (sent) return toAnswer(sent);
  }
  return toAnswer(await ask(Refund, path, { amount: wish.amount, reference }, `refund_${reference}`));
}

async function* listEvents(since: Date, ask: Ask): AsyncGenerator<ProviderEvent, void> {
  const Page = z.looseObject({ data: z.array(Event), has_more: z.boolean() });
  let after = "";
  for (;;) {
    const page = await ask(Page, `/events?since=${Math.floor(since.getTime() / 1000)}${after && `&after=${after}`}`);
    for (const event of page.data) {
      const read = toEvent(event);
      if (read) yield read;
    }
    after = page.data.at(-1)?.id ?? "";
    if (!page.has_more || after === "") return;
  }
}

async function readWebhook(secrets: string[], body: string, signature: string | null): Promise<ProviderEvent> {
  requireSignature(body, signature, secrets, "EWALLET_WEBHOOK_SECRETS");
  try {
    const event = Event.parse(JSON.parse(body));
    return toEvent(event) ?? event;
  } catch (error) {
    throw new Problem("webhook_body_invalid", 400, "The signed body is not an event of the e-wallet.", {
      cause: error,
    });
  }
}

/** The e-wallet's event in the inbox's words; null when it is about something that the inbox does not know. */
function toEvent({ id, type, data }: z.infer<typeof Event>): ProviderEvent | null {
  if (type.startsWith("payment.")) return ofPayment(Payment.parse(data.object), id);
  if (type.startsWith("refund.")) return ofRefund(Refund.parse(data.object), id);
  return null;
}

function ofPayment(payment: Payment, eventId: string): ProviderEvent {
  const { status } = payment;
  const ended = status === "expired" || status === "cancelled";
  const type = { failed: "async_payment_failed", expired: "expired", cancelled: "expired" }[status as "failed"];
  const object = {
    id: payment.id,
    object: "checkout.session",
    client_reference_id: payment.order,
    metadata: { order_id: payment.order, payment_id: payment.reference },
    status: status === "pending" ? "open" : ended ? "expired" : "complete",
    payment_status: status === "succeeded" ? "paid" : "unpaid",
    amount_total: payment.amount,
    currency: payment.currency.toLowerCase(),
    payment_intent: payment.id,
  };
  return { id: eventId, type: `checkout.session.${type ?? "completed"}`, data: { object } };
}

function ofRefund(refund: Refund, eventId: string): ProviderEvent {
  const object = {
    id: refund.id,
    object: "refund",
    payment_intent: refund.payment,
    amount: refund.amount,
    currency: refund.currency.toLowerCase(),
    status: refund.status,
    metadata: { refund_id: refund.reference.split(":")[0] ?? "", order_id: refund.order },
  };
  return { id: eventId, type: "refund.updated", data: { object } };
}

function toAnswer({ id, status }: Refund): RefundAnswer {
  return { id, status: STATUS[status], failure: status === "failed" ? "refused_by_wallet" : null };
}

async function call<T>(
  { base, key }: EwalletSettings,
  schema: z.ZodType<T>,
  path: string,
  body?: unknown,
  idempotencyKey?: string,
): Promise<T> {
  const response = await fetch(`${base.replace(/\/+$/, "")}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => null)) as { code?: string; message?: string } | null;
  if (response.ok) return schema.parse(answer);
  const message = answer?.message ?? `The e-wallet answered ${response.status}.`;
  // A wrong key or too many requests are no answer about the payment.
  const decided = response.status >= 400 && response.status < 500 && ![401, 403, 408, 429].includes(response.status);
  throw decided ? new ProviderRefusal(answer?.code ?? "refused", message) : new Error(message);
}
