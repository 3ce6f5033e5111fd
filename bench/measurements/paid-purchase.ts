import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../../packages/stack/src/index.ts";
import { type Buyer, idOf } from "../http/buyers.ts";
import { openConnection, requestTo } from "../http/connection.ts";

/** Opens a buyer's connections; `buy` makes one whole paid purchase and adds its order to `paid` once the shop says so. */
export async function openPaidPurchase(
  stack: Stack,
  nextWish: () => { buyer: Buyer; variant: number },
  paid: Set<string>,
): Promise<{ buy(): Promise<void>; close(): void }> {
  const { urls } = stack;
  const shop = await openConnection(urls.api);
  const provider = await openConnection(urls.simulator);
  const ask = async (connection: typeof shop, step: string, request: Buffer) => {
    const { status, body } = await connection.send(request);
    if (status !== 200) throw new Error(`${step} was refused: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body);
  };
  return {
    async buy() {
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
      const session = new URL(payment.url).pathname.split("/").at(-1);
      await ask(
        provider,
        "paying",
        requestTo(`${urls.simulator}/simulator/sessions/${session}/pay`, {
          headers: { authorization: `Bearer ${stack.keys.stripeKey}` },
          body: {},
        }),
      );
      // As a storefront does: ask where the money stands, each time a little later, and then show the order's page.
      const look = requestTo(`${urls.api}/rest/v1/rpc/order_payments?order_id=${order.id}`, { headers });
      const until = Date.now() + 20_000;
      for (let wait = 25; ; wait = Math.min(1_000, wait * 1.5)) {
        const { status } = await ask(shop, "order_payments", look);
        if (status === "paid") break;
        if (status !== "pending" || Date.now() > until)
          throw new Error(`Order ${order.id} is ${status} after it was paid.`);
        await pause(wait);
      }
      await ask(shop, "get_order", requestTo(`${urls.api}/rest/v1/rpc/get_order?order_id=${order.id}`, { headers }));
      paid.add(order.id);
    },
    close() {
      shop.close();
      provider.close();
    },
  };
}
