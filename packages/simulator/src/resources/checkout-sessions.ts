import { z } from "zod";
import { planOutcome } from "../auto-outcomes.ts";
import { newId } from "../identifiers.ts";
import {
  changeMetadata,
  createdRange,
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
import { expire, expireIfDue, scheduleExpiry } from "../payments/checkout.ts";
import { listOf, route } from "../route.ts";
import type { Simulation } from "../simulation.ts";
import type { SessionRow } from "../store.ts";
import { invalidRequest } from "../stripe-errors.ts";
import { sessionObject } from "./checkout-session-object.ts";
import { livingCustomer } from "./customers.ts";
import { buildLines, lineItemsParameter } from "./line-items.ts";

const HALF_AN_HOUR_S = 30 * 60;
const A_DAY_S = 24 * 60 * 60;

const createParameters = z.strictObject({
  expand,
  mode: oneOf(["payment", "subscription"]),
  subscription_data: z.strictObject({ metadata: metadata.optional(), description: withoutEffect }).optional(),
  line_items: lineItemsParameter,
  success_url: url,
  cancel_url: url.optional(),
  client_reference_id: text(200).optional(),
  currency: withoutEffect,
  customer: text().optional(),
  customer_creation: oneOf(["always", "if_required"]).optional(),
  customer_email: email.optional(),
  expires_at: integer().optional(),
  locale: text(10).optional(),
  metadata: metadata.optional(),
  payment_intent_data: z
    .strictObject({
      capture_method: oneOf(["automatic", "automatic_async", "manual"]).optional(),
      description: text(1000).optional(),
      metadata: metadata.optional(),
      receipt_email: email.optional(),
      setup_future_usage: oneOf(["off_session", "on_session"]).optional(),
      shipping: withoutEffect,
      statement_descriptor: withoutEffect,
      statement_descriptor_suffix: withoutEffect,
      application_fee_amount: notSimulated,
      transfer_data: notSimulated,
    })
    .optional(),
  submit_type: oneOf(["auto", "book", "donate", "pay"]).optional(),
  ui_mode: oneOf(["hosted_page"]).optional(),
  adaptive_pricing: withoutEffect,
  allow_promotion_codes: withoutEffect,
  billing_address_collection: withoutEffect,
  branding_settings: withoutEffect,
  consent_collection: withoutEffect,
  custom_text: withoutEffect,
  customer_update: withoutEffect,
  excluded_payment_method_types: withoutEffect,
  payment_method_configuration: withoutEffect,
  payment_method_options: withoutEffect,
  phone_number_collection: withoutEffect,
  saved_payment_method_options: withoutEffect,
  after_expiration: notSimulated,
  automatic_tax: notSimulated,
  custom_fields: notSimulated,
  discounts: notSimulated,
  invoice_creation: notSimulated,
  optional_items: notSimulated,
  return_url: notSimulated,
  shipping_address_collection: notSimulated,
  shipping_options: notSimulated,
  tax_id_collection: notSimulated,
});

type Wanted = z.output<typeof createParameters>;

function expiryOf(simulation: Simulation, wanted: number | undefined): number {
  const now = simulation.clock.seconds();
  if (wanted === undefined) return now + A_DAY_S;
  if (wanted < now + HALF_AN_HOUR_S) {
    throw invalidRequest("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", {
      param: "expires_at",
    });
  }
  if (wanted > now + A_DAY_S) {
    throw invalidRequest("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", {
      param: "expires_at",
    });
  }
  return wanted;
}

function createSession(simulation: Simulation, wanted: Wanted): SessionRow {
  if (wanted.customer !== undefined && wanted.customer_email !== undefined) {
    throw invalidRequest("You may only specify one of these parameters: customer, customer_email.", {
      param: "customer",
    });
  }
  const customer = wanted.customer === undefined ? null : livingCustomer(simulation, wanted.customer);
  const { lines, products, currency, total } = buildLines(simulation, wanted.line_items);
  const recurring = lines.every((line) => line.price.recurring !== null);
  if (recurring !== (wanted.mode === "subscription") || (recurring && (customer === null || lines.length > 1))) {
    throw invalidRequest(
      "The simulator subscribes a customer to one recurring price; `payment` mode takes prices that are paid once.",
      {
        param: "mode",
      },
    );
  }
  assertChargeable(total, currency, "line_items", true);
  const expires_at = expiryOf(simulation, wanted.expires_at);
  const id = newId("cs_test_a1");
  const data = wanted.payment_intent_data;
  const row: SessionRow = {
    id,
    created_ms: simulation.clock.now(),
    completed_ms: null,
    lines,
    products,
    outcome: null,
    begins: wanted.mode === "subscription" ? changeMetadata({}, wanted.subscription_data?.metadata) : null,
    intent_data: {
      metadata: changeMetadata({}, data?.metadata),
      description: data?.description ?? null,
      receipt_email: data?.receipt_email ?? null,
      capture_method: data?.capture_method ?? "automatic_async",
      setup_future_usage: recurring ? "off_session" : (data?.setup_future_usage ?? null),
    },
    object: sessionObject(simulation, {
      id,
      amount: total,
      mode: wanted.mode,
      currency,
      cancel_url: wanted.cancel_url ?? null,
      client_reference_id: wanted.client_reference_id ?? null,
      created: simulation.clock.seconds(),
      customer: customer?.id ?? null,
      customer_creation: customer === null ? (wanted.customer_creation ?? "if_required") : null,
      customer_email: wanted.customer_email ?? null,
      expires_at,
      locale: wanted.locale ?? null,
      metadata: changeMetadata({}, wanted.metadata),
      submit_type: wanted.submit_type ?? null,
      success_url: wanted.success_url,
    }),
  };
  simulation.store.sessions.add(row);
  scheduleExpiry(simulation, row);
  if (row.begins === null) planOutcome(simulation, row);
  simulation.store.onChange("session", row);
  simulation.webhooks.forge(row);
  return row;
}

function openedSession(simulation: Simulation, id: string): SessionRow {
  const row = simulation.store.sessions.get(id, "session");
  expireIfDue(simulation, row);
  return row;
}

/** /v1/checkout/sessions. */
export const checkoutSessionRoutes = [
  route("POST", "/v1/checkout/sessions", "checkout.session", createParameters, (simulation, { parameters }) => {
    return createSession(simulation, parameters).object;
  }),
  route("GET", "/v1/checkout/sessions/:id", "checkout.session", z.strictObject({ expand }), (simulation, { id }) => {
    return openedSession(simulation, id).object;
  }),
  route(
    "POST",
    "/v1/checkout/sessions/:id",
    "checkout.session",
    z.strictObject({ expand, metadata: metadata.optional() }),
    (simulation, { id, parameters }) => {
      const row = openedSession(simulation, id);
      row.object.metadata = changeMetadata(row.object.metadata ?? {}, parameters.metadata);
      simulation.store.onChange("session", row);
      return row.object;
    },
  ),
  route(
    "POST",
    "/v1/checkout/sessions/:id/expire",
    "checkout.session",
    z.strictObject({ expand }),
    (simulation, { id, origin }) => {
      const row = openedSession(simulation, id);
      expire(simulation, row, origin);
      return row.object;
    },
  ),
  route(
    "GET",
    "/v1/checkout/sessions/:id/line_items",
    "item",
    z.strictObject(paging),
    (simulation, { id, parameters }) => {
      const row = openedSession(simulation, id);
      const from = row.lines.findIndex((line) => line.id === parameters.starting_after) + 1;
      const limit = parameters.limit ?? 10;
      const page = { rows: row.lines.slice(from, from + limit), has_more: row.lines.length > from + limit };
      return listOf(`/v1/checkout/sessions/${id}/line_items`, page, (line) => line);
    },
  ),
  route(
    "GET",
    "/v1/checkout/sessions",
    "checkout.session",
    z.strictObject({
      ...paging,
      created: createdRange,
      customer: text().optional(),
      payment_intent: text().optional(),
      status: oneOf(["complete", "expired", "open"]).optional(),
    }),
    (simulation, { parameters }) => {
      const { created, customer, payment_intent, status } = parameters;
      if (payment_intent !== undefined) {
        const session = simulation.store.intents.find(payment_intent)?.session;
        const row = simulation.store.sessions.find(session ?? "");
        const page = { rows: row === undefined ? [] : [row], has_more: false };
        return listOf("/v1/checkout/sessions", page, (each) => each.object);
      }
      const page = simulation.store.sessions.page(
        parameters,
        ({ object }) =>
          (customer === undefined || object.customer === customer) &&
          (status === undefined || object.status === status) &&
          isInRange(object.created, created),
      );
      return listOf("/v1/checkout/sessions", page, (row) => row.object);
    },
  ),
];
