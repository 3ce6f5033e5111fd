import { z } from "zod";
import { newId } from "../identifiers.ts";
import { changeMetadata, currency, integer, metadata, notSimulated, text, withoutEffect } from "../parameters.ts";
import type { Simulation } from "../simulation.ts";
import type { LineItem, SessionRow } from "../store.ts";
import { invalidRequest, resourceMissing } from "../stripe-errors.ts";

const productData = z.strictObject({
  name: text(250),
  description: text().optional(),
  images: z.array(text()).max(8).optional(),
  metadata: metadata.optional(),
  tax_code: withoutEffect,
  unit_label: withoutEffect,
});

const priceData = z.strictObject({
  currency,
  product: text().optional(),
  product_data: productData.optional(),
  unit_amount: integer(0).optional(),
  unit_amount_decimal: notSimulated,
  recurring: notSimulated,
  tax_behavior: withoutEffect,
});

/** `line_items` of a new checkout session. */
export const lineItemsParameter = z
  .array(
    z.strictObject({
      price: text().optional(),
      price_data: priceData.optional(),
      quantity: integer(1, 999_999).optional(),
      metadata: metadata.optional(),
      adjustable_quantity: notSimulated,
      tax_rates: notSimulated,
    }),
  )
  .min(1)
  .max(100);

/** The lines with their sum and the products they name. All lines must be in one currency. */
export function buildLines(
  simulation: Simulation,
  wanted: z.output<typeof lineItemsParameter>,
): { lines: LineItem[]; products: SessionRow["products"]; currency: string; total: number } {
  const products: SessionRow["products"] = {};
  const lines = wanted.map((line, index): LineItem => {
    const at = `line_items[${index}]`;
    if (line.price !== undefined) return pricedLine(simulation, line, at, products);
    const data = line.price_data;
    if (data === undefined) throw missing(`${at}[price_data]`);
    if (data.product !== undefined) throw resourceMissing("product", data.product, `${at}[price_data][product]`, 400);
    if (data.product_data === undefined) throw missing(`${at}[price_data][product_data]`);
    if (data.unit_amount === undefined) throw missing(`${at}[price_data][unit_amount]`);
    if (line.quantity === undefined) throw missing(`${at}[quantity]`);
    const product = newId("prod_");
    products[product] = { name: data.product_data.name, description: data.product_data.description ?? null };
    const amount = data.unit_amount * line.quantity;
    return {
      id: newId("li_1"),
      object: "item",
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: data.currency,
      description: data.product_data.name,
      metadata: changeMetadata({}, line.metadata),
      price: priceObject(simulation, data.currency, data.unit_amount, product),
      quantity: line.quantity,
    };
  });
  const [first] = lines as [LineItem, ...LineItem[]];
  if (lines.some((line) => line.currency !== first.currency)) {
    throw invalidRequest(
      "You can not combine currencies on a single checkout session: all line items must be in one currency.",
      { param: "line_items" },
    );
  }
  const total = lines.reduce((sum, line) => sum + line.amount_total, 0);
  return { lines, products, currency: first.currency, total };
}

type Wanted = z.output<typeof lineItemsParameter>[number];

function pricedLine(simulation: Simulation, line: Wanted, at: string, products: SessionRow["products"]): LineItem {
  const row = simulation.store.prices.find(line.price as string);
  if (row === undefined) throw resourceMissing("price", line.price as string, `${at}[price]`, 400);
  if (line.quantity === undefined) throw missing(`${at}[quantity]`);
  products[row.object.product as string] = { name: row.name, description: null };
  const amount = (row.object.unit_amount as number) * line.quantity;
  return {
    id: newId("li_1"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: row.object.currency,
    description: row.name,
    metadata: changeMetadata({}, line.metadata),
    price: row.object,
    quantity: line.quantity,
  };
}

function missing(param: string) {
  return invalidRequest(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}

function priceObject(simulation: Simulation, currencyCode: string, unitAmount: number, product: string) {
  return {
    id: newId("price_1"),
    object: "price" as const,
    active: false,
    billing_scheme: "per_unit" as const,
    created: simulation.clock.seconds(),
    currency: currencyCode,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product,
    recurring: null,
    tax_behavior: "unspecified" as const,
    tiers_mode: null,
    transform_quantity: null,
    type: "one_time" as const,
    unit_amount: unitAmount,
    unit_amount_decimal: String(unitAmount),
  };
}
