import { z } from "zod";
import { newId } from "../identifiers.ts";
import {
  changeMetadata,
  clearableText,
  createdRange,
  email,
  expand,
  isInRange,
  metadata,
  notSimulated,
  paging,
  text,
  withoutEffect,
} from "../parameters.ts";
import { listOf, route } from "../route.ts";
import type { Origin, Simulation } from "../simulation.ts";
import type { CustomerRow } from "../store.ts";
import { resourceMissing } from "../stripe-errors.ts";
import { emit } from "./events.ts";

const address = z
  .strictObject({
    city: clearableText().optional(),
    country: clearableText().optional(),
    line1: clearableText().optional(),
    line2: clearableText().optional(),
    postal_code: clearableText().optional(),
    state: clearableText().optional(),
  })
  .optional();

const fields = {
  address,
  description: clearableText().optional(),
  email: email.or(z.literal("").transform(() => null)).optional(),
  expand,
  metadata: metadata.optional(),
  name: clearableText(256).optional(),
  phone: clearableText(20).optional(),
  preferred_locales: z.array(text()).optional(),
  balance: notSimulated,
  business_name: withoutEffect,
  individual_name: withoutEffect,
  invoice_settings: withoutEffect,
  payment_method: notSimulated,
  shipping: withoutEffect,
  source: notSimulated,
  tax_exempt: withoutEffect,
};
const changeParameters = z.strictObject(fields);

type Change = z.output<typeof changeParameters>;

/** Makes a customer and tells so. */
export function createCustomer(simulation: Simulation, change: Change, origin: Origin): CustomerRow {
  const id = newId("cus_");
  const row: CustomerRow = {
    id,
    deleted: false,
    object: {
      id,
      object: "customer",
      address: addressOf(change.address),
      balance: 0,
      created: simulation.clock.seconds(),
      currency: null,
      default_source: null,
      delinquent: false,
      description: change.description ?? null,
      discount: null,
      email: change.email ?? null,
      invoice_prefix: id.slice(4, 12).toUpperCase(),
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      livemode: false,
      metadata: changeMetadata({}, change.metadata),
      name: change.name ?? null,
      next_invoice_sequence: 1,
      phone: change.phone ?? null,
      preferred_locales: change.preferred_locales ?? [],
      shipping: null,
      tax_exempt: "none",
      test_clock: null,
    },
  };
  simulation.store.customers.add(row);
  simulation.store.onChange("customer", row);
  emit(simulation, "customer.created", row.object, { origin });
  return row;
}

function addressOf(given: Change["address"]) {
  if (given === undefined) return null;
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return { ...empty, ...given };
}

/** A customer that is not deleted, or Stripe's refusal. */
export function livingCustomer(simulation: Simulation, id: string, param = "customer"): CustomerRow {
  const row = simulation.store.customers.get(id, param, param === "id" ? 404 : 400);
  if (row.deleted) throw resourceMissing("customer", id, param, param === "id" ? 404 : 400);
  return row;
}

const deleted = (id: string) => ({ id, object: "customer", deleted: true });

/** /v1/customers. */
export const customerRoutes = [
  route("POST", "/v1/customers", "customer", changeParameters, (simulation, { parameters, origin }) => {
    return createCustomer(simulation, parameters, origin).object;
  }),
  route("GET", "/v1/customers/:id", "customer", z.strictObject({ expand }), (simulation, { id }) => {
    const row = simulation.store.customers.get(id);
    return row.deleted ? deleted(id) : row.object;
  }),
  route("POST", "/v1/customers/:id", "customer", changeParameters, (simulation, { id, parameters, origin }) => {
    const row = livingCustomer(simulation, id, "id");
    const { address: newAddress, description, name, phone } = parameters;
    Object.assign(row.object, {
      ...(newAddress !== undefined && { address: addressOf(newAddress) }),
      ...(description !== undefined && { description }),
      ...(parameters.email !== undefined && { email: parameters.email }),
      ...(name !== undefined && { name }),
      ...(phone !== undefined && { phone }),
      metadata: changeMetadata(row.object.metadata, parameters.metadata),
    });
    simulation.store.onChange("customer", row);
    emit(simulation, "customer.updated", row.object, { origin });
    return row.object;
  }),
  route("DELETE", "/v1/customers/:id", "customer", z.strictObject({}), (simulation, { id, origin }) => {
    const row = livingCustomer(simulation, id, "id");
    row.deleted = true;
    simulation.store.onChange("customer", row);
    emit(simulation, "customer.deleted", row.object, { origin });
    return deleted(id);
  }),
  route(
    "GET",
    "/v1/customers",
    "customer",
    z.strictObject({ ...paging, created: createdRange, email: text().optional() }),
    (simulation, { parameters }) => {
      const page = simulation.store.customers.page(
        parameters,
        (row) =>
          !row.deleted &&
          (parameters.email === undefined || row.object.email === parameters.email) &&
          isInRange(row.object.created, parameters.created),
      );
      return listOf("/v1/customers", page, (row) => row.object);
    },
  ),
];
