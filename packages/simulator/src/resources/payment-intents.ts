import { z } from "zod";
import {
  boolean,
  changeMetadata,
  createdRange,
  currency,
  email,
  expand,
  integer,
  isInRange,
  metadata,
  notSimulated,
  oneOf,
  paging,
  text,
  url,
  withoutEffect,
} from "../parameters.ts";
import { assertChargeable } from "../payments/amounts.ts";
import { createIntent } from "../payments/intent.ts";
import { cancel, capture, payWithCard } from "../payments/moves.ts";
import { namedMethod } from "../payments/saved-methods.ts";
import { listOf, route } from "../route.ts";
import type { Origin, Simulation } from "../simulation.ts";
import type { IntentRow } from "../store.ts";
import { cardError, invalidRequest } from "../stripe-errors.ts";
import { livingCustomer } from "./customers.ts";

const CAPTURE_METHODS = ["automatic", "automatic_async", "manual"] as const;
const CANCEL_REASONS = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"] as const;

const confirming = {
  expand,
  payment_method: text().optional(),
  off_session: boolean.optional(),
  return_url: url.optional(),
  error_on_requires_action: withoutEffect,
  mandate_data: withoutEffect,
  payment_method_data: notSimulated,
  payment_method_options: withoutEffect,
  setup_future_usage: oneOf(["off_session", "on_session"]).optional(),
  use_stripe_sdk: withoutEffect,
};

const createParameters = z.strictObject({
  ...confirming,
  amount: integer(0),
  currency,
  automatic_payment_methods: z
    .strictObject({ enabled: boolean, allow_redirects: oneOf(["always", "never"]).optional() })
    .optional(),
  capture_method: oneOf(CAPTURE_METHODS).optional(),
  confirm: boolean.optional(),
  confirmation_method: oneOf(["automatic"]).optional(),
  customer: text().optional(),
  description: text(1000).optional(),
  metadata: metadata.optional(),
  receipt_email: email.optional(),
  shipping: withoutEffect,
  statement_descriptor: withoutEffect,
  statement_descriptor_suffix: withoutEffect,
  application_fee_amount: notSimulated,
  transfer_data: notSimulated,
});

const updateParameters = z.strictObject({
  expand,
  amount: integer(0).optional(),
  description: text(1000).optional(),
  metadata: metadata.optional(),
  receipt_email: email.optional(),
});

interface Confirmation {
  payment_method?: string | undefined;
  off_session?: boolean | undefined;
  return_url?: string | undefined;
  setup_future_usage?: "off_session" | "on_session" | undefined;
}

function confirm(simulation: Simulation, row: IntentRow, how: Confirmation, origin: Origin): void {
  const method = how.payment_method ?? row.method;
  if (method === null || method === undefined) {
    throw invalidRequest(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      { code: "payment_intent_unexpected_state" },
    );
  }
  if (how.return_url === undefined && row.object.automatic_payment_methods?.allow_redirects !== "never") {
    throw invalidRequest(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
    );
  }
  row.object.setup_future_usage = how.setup_future_usage ?? row.object.setup_future_usage;
  const refused = payWithCard(simulation, row, method, origin, how.off_session);
  if (refused !== null) throw cardError(refused.decline, refused.charge, row.object);
}

/** /v1/payment_intents. */
export const paymentIntentRoutes = [
  route("POST", "/v1/payment_intents", "payment_intent", createParameters, (simulation, { parameters, origin }) => {
    assertChargeable(parameters.amount, parameters.currency, "amount");
    if (parameters.customer !== undefined) livingCustomer(simulation, parameters.customer);
    if (parameters.payment_method !== undefined)
      namedMethod(simulation, parameters.payment_method, parameters.customer ?? null);
    const methods = parameters.automatic_payment_methods ?? { enabled: true };
    const row = createIntent(
      simulation,
      {
        amount: parameters.amount,
        currency: parameters.currency,
        capture_method: parameters.capture_method ?? "automatic_async",
        customer: parameters.customer ?? null,
        description: parameters.description ?? null,
        metadata: changeMetadata({}, parameters.metadata),
        receipt_email: parameters.receipt_email ?? null,
        setup_future_usage: parameters.setup_future_usage ?? null,
        automatic_payment_methods: { enabled: methods.enabled, allow_redirects: methods.allow_redirects ?? "always" },
        session: null,
      },
      origin,
    );
    if (parameters.payment_method !== undefined) {
      row.method = parameters.payment_method;
      row.object.status = "requires_confirmation";
    }
    if (parameters.confirm) confirm(simulation, row, parameters, origin);
    return row.object;
  }),
  route(
    "GET",
    "/v1/payment_intents/:id",
    "payment_intent",
    z.strictObject({ expand, client_secret: withoutEffect }),
    (simulation, { id }) => simulation.store.intents.get(id, "intent").object,
  ),
  route("POST", "/v1/payment_intents/:id", "payment_intent", updateParameters, (simulation, { id, parameters }) => {
    const row = simulation.store.intents.get(id, "intent");
    const { object } = row;
    if (parameters.amount !== undefined && parameters.amount !== object.amount) {
      if (row.session !== null || ["processing", "succeeded", "canceled", "requires_capture"].includes(object.status)) {
        throw invalidRequest("The amount of this PaymentIntent can no longer be changed.", {
          code: "payment_intent_unexpected_state",
          param: "amount",
        });
      }
      assertChargeable(parameters.amount, object.currency, "amount");
      object.amount = parameters.amount;
    }
    object.description = parameters.description ?? object.description;
    object.receipt_email = parameters.receipt_email ?? object.receipt_email;
    object.metadata = changeMetadata(object.metadata, parameters.metadata);
    simulation.store.onChange("intent", row);
    return object;
  }),
  route(
    "POST",
    "/v1/payment_intents/:id/confirm",
    "payment_intent",
    z.strictObject({ ...confirming, receipt_email: withoutEffect, shipping: withoutEffect }),
    (simulation, { id, parameters, origin }) => {
      const row = simulation.store.intents.get(id, "intent");
      confirm(simulation, row, parameters, origin);
      return row.object;
    },
  ),
  route(
    "POST",
    "/v1/payment_intents/:id/capture",
    "payment_intent",
    z.strictObject({ expand, amount_to_capture: integer(1).optional(), metadata: metadata.optional() }),
    (simulation, { id, parameters, origin }) => {
      const row = simulation.store.intents.get(id, "intent");
      row.object.metadata = changeMetadata(row.object.metadata, parameters.metadata);
      capture(simulation, row, parameters.amount_to_capture, origin);
      return row.object;
    },
  ),
  route(
    "POST",
    "/v1/payment_intents/:id/cancel",
    "payment_intent",
    z.strictObject({ expand, cancellation_reason: oneOf(CANCEL_REASONS).optional() }),
    (simulation, { id, parameters, origin }) => {
      const row = simulation.store.intents.get(id, "intent");
      const session = row.session === null ? undefined : simulation.store.sessions.find(row.session);
      if (session?.object.status === "open") {
        throw invalidRequest(
          "You cannot cancel this PaymentIntent because it belongs to an open Checkout Session. Expire the Checkout Session instead.",
        );
      }
      cancel(simulation, row, parameters.cancellation_reason ?? null, origin);
      return row.object;
    },
  ),
  route(
    "GET",
    "/v1/payment_intents",
    "payment_intent",
    z.strictObject({ ...paging, created: createdRange, customer: text().optional() }),
    (simulation, { parameters }) => {
      const page = simulation.store.intents.page(
        parameters,
        ({ object }) =>
          (parameters.customer === undefined || object.customer === parameters.customer) &&
          isInRange(object.created, parameters.created),
      );
      return listOf("/v1/payment_intents", page, (row) => row.object);
    },
  ),
];
