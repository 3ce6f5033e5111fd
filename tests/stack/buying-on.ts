import { randomUUID } from "node:crypto";
import type { SignedUp, TestStack } from "../support/stack.ts";
import type { Acknowledgements } from "./acknowledgements.ts";

/**
 * What is on sale: intakes that cost something (by variant) and free ones, each of which a person takes once, and goods that a person buys as
 * often as they like. However long it takes, there is something left to buy.
 */
export type Shelf = { paid: string[]; free: string[]; goods: string };

type ToldOrder = { id: string; number: string; total_amount: number };

/** A refusal that no buyer here should ever get. */
export class Refused extends Error {
  override name = "Refused";
}

/** How long a buyer asks again before they give up: longer than any piece may be away on the slowest machine. */
const PATIENCE_MS = 180_000;
/** How long a buyer waits for one answer before they ask again. */
const ONE_ANSWER_MS = 30_000;

/**
 * Sends a call until it is answered: no answer and an answer that something is away mean once more, with the same body, and so with the same key.
 * Gives the answer and when it was asked for.
 */
export async function insist<T>(
  url: string,
  init: RequestInit,
  ended: AbortSignal = AbortSignal.timeout(PATIENCE_MS),
): Promise<{ answer: T; asked: number }> {
  let last: unknown;
  do {
    const asked = performance.now();
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ONE_ANSWER_MS) });
      const text = await response.text();
      if (response.ok) return { answer: JSON.parse(text) as T, asked };
      last = `${response.status} ${text}`;
      // 5xx: something is away. 401 and 403 of the gateway and 404 of an empty schema would be wrong, and are no reason to ask again.
      if (response.status < 500 && response.status !== 429) throw new Refused(`${url}: ${last}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (!ended.aborted);
  throw new Error(`${url} was not answered any more.`, { cause: last });
}

/** What one person does over HTTP, each until it is answered; every answer is written down. */
export function buying(stack: TestStack, { id, token }: SignedUp, told: Acknowledgements) {
  const headers = {
    apikey: stack.keys.publishableKey,
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
  };
  const call = async <T>(what: string, path: string, body: object, ended?: AbortSignal): Promise<T> => {
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const { answer, asked } = await insist<T>(`${stack.urls.api}/${path}`, init, ended);
    told.askedAt.set(what, asked);
    return answer;
  };
  return {
    /** Where goods are sent. */
    async addAddress(): Promise<void> {
      const address = {
        recipient: "Sari",
        phone: "+62 811 1234 567",
        street: "Jl. Braga 1",
        city: "Bandung",
        province: "Jawa Barat",
        postal_code: "40111",
      };
      await call("add_address", "rest/v1/rpc/add_address", { ...address, idempotency_key: randomUUID() });
    },
    async order(variant_id: string): Promise<string> {
      const lines = [{ variant_id, quantity: 1 }];
      const order = await call<ToldOrder>("place_order", "rest/v1/rpc/place_order", {
        lines,
        idempotency_key: randomUUID(),
      });
      told.order(id, order);
      return order.id;
    },
    async enroll(intake_id: string): Promise<void> {
      type Enrolled = { enrollment: { id: string; intake_id: string }; order: ToldOrder };
      const answer = await call<Enrolled>("enroll", "rest/v1/rpc/enroll", { intake_id, idempotency_key: randomUUID() });
      told.order(id, answer.order);
      told.seat(id, answer.enrollment);
    },
    /** The page to pay on. */
    async checkout(order_id: string, ended?: AbortSignal): Promise<string> {
      type Opened = { payment: { url: string } };
      const { payment } = await call<Opened>("checkout", "functions/v1/checkout", { order_id }, ended);
      told.page(order_id, payment.url);
      return payment.url;
    },
    async pay(orderId: string, page: string): Promise<void> {
      const session = new URL(page).pathname.split("/").at(-1);
      const paid = await fetch(`${stack.urls.simulator}/simulator/sessions/${session}/pay`, { method: "POST" });
      if (!paid.ok) throw new Refused(`pay: ${paid.status} ${await paid.text()}`);
      told.paid.add(orderId);
    },
    async cancel(order_id: string): Promise<void> {
      const idempotency_key = randomUUID();
      await call("cancel_order", "rest/v1/rpc/cancel_order", { order_id, reason: "A test.", idempotency_key });
      told.cancelled.add(order_id);
    },
  };
}

/** Lets one person buy, pay and cancel again and again until told to stop. */
export async function buyOn(
  stack: TestStack,
  person: SignedUp,
  shelf: Shelf,
  told: Acknowledgements,
  random: (low: number, high: number) => number,
  stopping: AbortSignal,
): Promise<void> {
  const { order, enroll, checkout, pay, cancel } = buying(stack, person, told);
  const [paid, free] = [[...shelf.paid], [...shelf.free]];
  while (!stopping.aborted) {
    const deed = random(1, 6);
    const intake = deed === 1 ? free.pop() : undefined;
    if (intake) {
      await enroll(intake);
      continue;
    }
    const seat = random(1, 2) === 1 ? paid.pop() : undefined;
    const orderId = await order(seat ?? shelf.goods);
    if (deed === 2) await cancel(orderId);
    if (deed > 2) {
      await pay(orderId, await checkout(orderId));
      if (deed === 6) await cancel(orderId);
    }
  }
}
