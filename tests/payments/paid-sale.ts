import type { Sql } from "../support/database.ts";
import { deliver } from "./deliver.ts";
import { paid } from "./provider-events.ts";
import { openSale, type Sale } from "./sale.ts";

/** Places an order and has it paid by its first attempt. */
export async function paidSale(sql: Sql, wish: Parameters<typeof openSale>[1] = {}): Promise<Sale> {
  const sale = await openSale(sql, wish);
  const outcome = await deliver(sql, paid(sale));
  if (outcome !== "applied") throw new Error(`The payment of a sale was ${outcome}.`);
  return sale;
}
