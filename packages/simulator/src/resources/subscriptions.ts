import { z } from "zod";
import { boolean, changeMetadata, expand, metadata, oneOf, paging, text, withoutEffect } from "../parameters.ts";
import { collect, createSubscription, endSubscription, latestInvoice, tell } from "../payments/billing.ts";
import { listOf, route } from "../route.ts";
import { cardError, invalidRequest } from "../stripe-errors.ts";
import { livingCustomer } from "./customers.ts";

const createParameters = z.strictObject({
  expand,
  customer: text(),
  items: z
    .array(z.strictObject({ price: text(), quantity: withoutEffect }))
    .min(1)
    .max(1),
  default_payment_method: text(),
  metadata: metadata.optional(),
  off_session: withoutEffect,
  payment_behavior: withoutEffect,
});

const updateParameters = z.strictObject({
  expand,
  cancel_at_period_end: boolean.optional(),
  default_payment_method: text().optional(),
  metadata: metadata.optional(),
});

/** /v1/subscriptions. */
export const subscriptionRoutes = [
  route("POST", "/v1/subscriptions", "subscription", createParameters, (simulation, { parameters, origin }) => {
    const customer = livingCustomer(simulation, parameters.customer).id;
    const price = simulation.store.prices.get(parameters.items[0]?.price ?? "", "items[0][price]", 400);
    const row = createSubscription(
      simulation,
      { customer, price, metadata: changeMetadata({}, parameters.metadata), method: parameters.default_payment_method },
      origin,
    );
    const refused = collect(simulation, latestInvoice(simulation, row), null, origin);
    if (refused !== null) throw cardError(refused, null, undefined);
    return row.object;
  }),
  route("GET", "/v1/subscriptions/:id", "subscription", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.subscriptions.get(id).object;
  }),
  route("POST", "/v1/subscriptions/:id", "subscription", updateParameters, (simulation, { id, parameters, origin }) => {
    const row = simulation.store.subscriptions.get(id);
    if (row.object.status === "canceled") {
      throw invalidRequest("A canceled subscription can only update its cancellation_details and metadata.");
    }
    const { cancel_at_period_end, default_payment_method } = parameters;
    if (cancel_at_period_end !== undefined) {
      const item = row.object.items.data[0];
      Object.assign(row.object, {
        cancel_at_period_end,
        cancel_at: cancel_at_period_end ? (item?.current_period_end ?? null) : null,
        canceled_at: cancel_at_period_end ? simulation.clock.seconds() : null,
      });
    }
    if (default_payment_method !== undefined) row.object.default_payment_method = default_payment_method;
    row.object.metadata = changeMetadata(row.object.metadata, parameters.metadata);
    tell(simulation, "customer.subscription.updated", row, origin);
    return row.object;
  }),
  route("DELETE", "/v1/subscriptions/:id", "subscription", z.strictObject({ expand }), (simulation, { id, origin }) => {
    const row = simulation.store.subscriptions.get(id);
    endSubscription(simulation, row, origin);
    return row.object;
  }),
];

/** /v1/invoices, as far as subscriptions make them. */
export const invoiceRoutes = [
  route("GET", "/v1/invoices/:id", "invoice", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.invoices.get(id).object;
  }),
  route(
    "GET",
    "/v1/invoices",
    "invoice",
    z.strictObject({ ...paging, subscription: text().optional(), status: oneOf(["open", "paid"]).optional() }),
    (simulation, { parameters }) => {
      const page = simulation.store.invoices.page(
        parameters,
        ({ object, subscription }) =>
          (parameters.subscription === undefined || subscription === parameters.subscription) &&
          (parameters.status === undefined || object.status === parameters.status),
      );
      return listOf("/v1/invoices", page, (row) => row.object);
    },
  ),
  route(
    "POST",
    "/v1/invoices/:id/pay",
    "invoice",
    z.strictObject({ expand, payment_method: text().optional(), off_session: withoutEffect }),
    (simulation, { id, parameters, origin }) => {
      const invoice = simulation.store.invoices.get(id);
      const refused = collect(simulation, invoice, parameters.payment_method ?? null, origin);
      if (refused !== null) throw cardError(refused, null, undefined);
      return invoice.object;
    },
  ),
];
