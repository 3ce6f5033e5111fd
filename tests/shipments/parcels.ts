import type { Delivery, Order, StaffShipment } from "../../packages/sdk/src/index.ts";
import { type Basket, customerWithAddress, paidBasket } from "../payments/giving-back.ts";
import { as } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff, type StaffRole } from "../support/people.ts";

/** A paid order for four things, a seat and a download, and its parcels, opened as the worker opens them. */
export async function paidParcel(sql: Sql): Promise<Basket & { shipmentId: string }> {
  const basket = await paidBasket(sql);
  await openShipments(sql, basket.orderId);
  const [shipment] = await sql`select id from public.shipments where order_id = ${basket.orderId}`;
  return { ...basket, shipmentId: shipment?.id };
}

/** A paid order for four things and nothing else, in one parcel. */
export async function thingsParcel(
  sql: Sql,
): Promise<{ orderId: string; customerId: string; things: string; thing: string; shipmentId: string }> {
  const customerId = await customerWithAddress(sql);
  const thing = await stockedVariant(sql, 10, { status: "published", price: 0 });
  const orderId = await buyUnits(sql, customerId, [{ variant: thing, quantity: 4 }]);
  await sql`update public.orders set shipping_address = (
    select private.address_snapshot(id) from public.addresses where profile_id = ${customerId}) where id = ${orderId}`;
  await openShipments(sql, orderId);
  const [item] = await sql`select id from public.order_items where order_id = ${orderId}`;
  const [shipment] = await sql`select id from public.shipments where order_id = ${orderId}`;
  return { orderId, customerId, things: item?.id, thing, shipmentId: shipment?.id };
}

/** What the worker does for an order that was paid; gives how many parcels were opened. */
export async function openShipments(sql: Sql, orderId: string): Promise<number> {
  const [row] = await sql`select private.open_shipments(${orderId}) as opened`;
  return row?.opened;
}

/** A person with this role; the connection acts as the owner afterwards. */
export async function staff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await asStaff(sql, role);
  await asOwner(sql);
  return id;
}

/** Calls a verb of the API as this person, arguments by name. */
export function call<Answer = StaffShipment>(
  sql: Sql,
  person: string,
  verb: string,
  args: Record<string, unknown>,
): Promise<Answer> {
  const given = Object.entries(args);
  const list = given
    .map(([name, value], index) => `${name} => $${index + 1}${Array.isArray(value) ? "::text::jsonb" : ""}`)
    .join(", ");
  const values = given.map(([, value]) => (Array.isArray(value) ? JSON.stringify(value) : value));
  return as(sql, person, async (tx) => {
    const [row] = await tx.unsafe(`select public.${verb}(${list}) as answer`, values as string[]);
    return row?.answer;
  });
}

/** The parcels of an order as the worker's connection sees them, in the order in which they were opened. */
export async function parcelsOf(sql: Sql, orderId: string): Promise<StaffShipment[]> {
  const [row] = await sql`select private.order_shipments(${orderId}) as answer`;
  return row?.answer;
}

/** Where an order stands. */
export async function statusOf(sql: Sql, orderId: string): Promise<Order["status"]> {
  const [row] = await sql`select status from public.orders where id = ${orderId}`;
  return row?.status;
}

/** A courier's parcels. */
export function deliveries(sql: Sql, courier: string): Promise<Delivery[]> {
  return call(sql, courier, "my_deliveries", {});
}
