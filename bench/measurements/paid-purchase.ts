import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../../packages/stack/src/index.ts";
import type { Bench } from "../bench.ts";
import { type Buyer, idOf, peopleFrom, signIn } from "../http/buyers.ts";
import { openConnection, requestTo } from "../http/connection.ts";

/** Who buys, and which variant of the measured shop. */
export type Wish = { buyer: Buyer; variant: number };

/** Who buys next, and what: another seat on every lap of the buyers, through all measurements of a run. */
export function wishes(bench: Bench, stack: Stack): () => Wish {
  const buyers = signIn(stack, peopleFrom(bench.sizes.people - 400, 64));
  const { intakes, paid } = bench.sizes;
  return () => {
    const number = bench.nextPurchase();
    const who = number % buyers.length;
    const lap = Math.floor(number / buyers.length);
    return { buyer: buyers[who] as Buyer, variant: 10 + intakes + ((who + lap) % paid) };
  };
}

/** A buyer's connections. */
export type PaidPurchase = {
  /** Places an order and opens the provider's page for it: what a buyer waits for at the checkout. */
  checkOut(): Promise<{ orderId: string; session: string; headers: Record<string, string> }>;
  /** Makes one whole paid purchase and adds its order to `paid` once the shop says so. */
  buy(): Promise<void>;
  close(): void;
};

/** Opens a buyer's connections to the shop and to the provider. */
export async function openPaidPurchase(stack: Stack, nextWish: () => Wish, paid: Set<string>): Promise<PaidPurchase> {
  const { urls } = stack;
  const shop = await openConnection(urls.api);
  const provider = await openConnection(urls.simulator);
  const ask = async (connection: typeof shop, step: string, request: Buffer) => {
    const { status, body } = await connection.send(request);
    if (status !== 200) throw new Error(`${step} was refused: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body);
  };
  const checkOut = async () => {
    const { buyer, variant } = nextWish();
    const { headers } = buyer;
    const lines = [{ variant_id: idOf("variant", variant), quantity: 1 }];
    const placing = { lines, idempotency_key: randomUUID() };
    const order = await ask(
      shop,
      "place_order",
      requestTo(`${urls.api}/rest/v1/rpc/place_order`, { headers, body: placing }),
    );
    const { payment } = await ask(
      shop,
      "checkout",
      requestTo(`${urls.api}/functions/v1/checkout`, { headers, body: { order_id: order.id } }),
    );
    return { orderId: order.id, session: new URL(payment.url).pathname.split("/").at(-1) as string, headers };
  };
  return {
    checkOut,
    async buy() {
      const { orderId, session, headers } = await checkOut();
      await ask(
        provider,
        "paying",
        requestTo(`${urls.simulator}/simulator/sessions/${session}/pay`, {
          headers: { authorization: `Bearer ${stack.keys.stripeKey}` },
          body: {},
        }),
      );
      // As a storefront does: ask where the money stands, each time a little later, and then show the order's page.
      const look = requestTo(`${urls.api}/rest/v1/rpc/order_payments?order_id=${orderId}`, { headers });
      const until = Date.now() + 20_000;
      for (let wait = 25; ; wait = Math.min(1_000, wait * 1.5)) {
        const { status } = await ask(shop, "order_payments", look);
        if (status === "paid") break;
        if (status !== "pending" || Date.now() > until)
          throw new Error(`Order ${orderId} is ${status} after it was paid.`);
        await pause(wait);
      }
      await ask(shop, "get_order", requestTo(`${urls.api}/rest/v1/rpc/get_order?order_id=${orderId}`, { headers }));
      paid.add(orderId);
    },
    close() {
      shop.close();
      provider.close();
    },
  };
}
