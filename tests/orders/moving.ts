import type { Order } from "../../packages/sdk/src/index.ts";
import { actingAs } from "../payments/acting-as.ts";
import { addAddress } from "../people/addresses.ts";
import { method, orderBy, parcel, rate, receiver, zone } from "../shipping/parcels.ts";
import { payOrder } from "../support/buying.ts";
import type { Pool, Sql } from "../support/database.ts";

/** What changing the address of an order answers. */
export type Moved = { order: Order; supplement: Order | null };

/** Three zones of Indonesia and one abroad, with what sending costs; everywhere else nothing is sent. */
export async function shippingByPlace(sql: Sql): Promise<{ methodId: string }> {
  const methodId = await method(sql, { name: "Reguler" });
  for (const [places, amount] of [
    [[{ country: "ID", province: "Jawa Barat" }], 9_000],
    [[{ country: "ID", province: "Bali" }], 15_000],
    [[{ country: "ID", province: "Banten" }], 4_000],
    [[{ country: "SG" }], 9_000],
  ] as const)
    await rate(sql, await zone(sql, ...places), methodId, { amount });
  return { methodId };
}

/** A buyer in Bandung with an unpaid or paid order of two books, and their addresses by province (or country abroad). */
export async function orderOfBooks(sql: Sql, paid = true) {
  const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 400)];
  const order = await orderBy(sql, buyer, [[book, 2]]);
  if (paid) await payOrder(sql, buyer, order.id);
  const places = new Map<string, string>();
  for (const province of ["Jawa Barat", "Bali", "Banten", "Aceh"])
    places.set(province, (await addAddress(sql, buyer, { province, recipient: `In ${province}` })).id);
  const abroad = { country: "SG", province: "Singapore", postal_code: "048616", recipient: "In SG" };
  places.set("SG", (await addAddress(sql, buyer, abroad)).id);
  return { buyer, book, order, to: (place: string) => places.get(place) as string };
}

/** Sends an order to one of its customer's addresses, as this person or as the secret key ("service"). */
export function moveOrder(
  sql: Sql | Pool,
  who: string,
  orderId: string,
  addressId: string,
  wish: { reason?: string | null; key?: string } = {},
): Promise<Moved> {
  return actingAs(sql as Sql, who, async (tx) => {
    const [row] =
      await tx`select public.change_order_address(${orderId}, ${addressId}, reason => ${wish.reason ?? null},
      idempotency_key => ${wish.key ?? null}) as answer`;
    return row?.answer;
  });
}
