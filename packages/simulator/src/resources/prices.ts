import { z } from "zod";
import { newId } from "../identifiers.ts";
import { changeMetadata, currency, expand, integer, metadata, oneOf, text, withoutEffect } from "../parameters.ts";
import { route } from "../route.ts";
import type { Price, PriceRow } from "../store.ts";

const createParameters = z.strictObject({
  expand,
  currency,
  unit_amount: integer(0),
  recurring: z.strictObject({
    interval: oneOf(["day", "week", "month", "year"]),
    interval_count: integer(1, 52).optional(),
  }),
  product_data: z.strictObject({ name: text(250), metadata: metadata.optional(), unit_label: withoutEffect }),
  metadata: metadata.optional(),
  nickname: withoutEffect,
  tax_behavior: withoutEffect,
});

/** /v1/prices: what is paid again and again. */
export const priceRoutes = [
  route("POST", "/v1/prices", "price", createParameters, (simulation, { parameters }) => {
    const id = newId("price_1");
    const object = {
      id,
      object: "price",
      active: true,
      billing_scheme: "per_unit",
      created: simulation.clock.seconds(),
      currency: parameters.currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: changeMetadata({}, parameters.metadata),
      nickname: null,
      product: newId("prod_"),
      recurring: {
        interval: parameters.recurring.interval,
        interval_count: parameters.recurring.interval_count ?? 1,
        meter: null,
        usage_type: "licensed",
      },
      tax_behavior: "unspecified",
      tiers_mode: null,
      transform_quantity: null,
      type: "recurring",
      unit_amount: parameters.unit_amount,
      unit_amount_decimal: String(parameters.unit_amount),
    } as unknown as Price;
    const row: PriceRow = { id, object, name: parameters.product_data.name };
    simulation.store.prices.add(row);
    simulation.store.onChange("price", row);
    return object;
  }),
  route("GET", "/v1/prices/:id", "price", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.prices.get(id).object;
  }),
];
