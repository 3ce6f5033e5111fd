import type Stripe from "stripe";
import { z } from "zod";
import { newId } from "../identifiers.ts";
import { boolean, changeMetadata, expand, metadata, oneOf, text, url, withoutEffect } from "../parameters.ts";
import { saveMethod } from "../payments/saved-methods.ts";
import { testMethod } from "../payments/test-methods.ts";
import { route } from "../route.ts";
import type { Origin, Simulation } from "../simulation.ts";
import type { SetupRow } from "../store.ts";
import { cardError, invalidRequest } from "../stripe-errors.ts";
import { livingCustomer } from "./customers.ts";
import { type EventType, emit } from "./events.ts";

const createParameters = z.strictObject({
  expand,
  automatic_payment_methods: z
    .strictObject({ enabled: boolean, allow_redirects: oneOf(["always", "never"]).optional() })
    .optional(),
  customer: text(),
  description: text(1000).optional(),
  metadata: metadata.optional(),
  usage: oneOf(["off_session", "on_session"]).optional(),
  payment_method_types: withoutEffect,
});

function createSetup(simulation: Simulation, wanted: z.output<typeof createParameters>, origin: Origin): SetupRow {
  const id = newId("seti_1");
  const object = {
    id,
    object: "setup_intent",
    automatic_payment_methods: wanted.automatic_payment_methods ?? { enabled: true },
    cancellation_reason: null,
    client_secret: `${id}_secret_${newId("wd_").slice(3)}`,
    created: simulation.clock.seconds(),
    customer: livingCustomer(simulation, wanted.customer).id,
    description: wanted.description ?? null,
    last_setup_error: null,
    livemode: false,
    metadata: changeMetadata({}, wanted.metadata),
    next_action: null,
    payment_method: null,
    payment_method_types: ["card"],
    status: "requires_payment_method",
    usage: wanted.usage ?? "off_session",
  } as unknown as Stripe.SetupIntent;
  const row: SetupRow = { id, object };
  simulation.store.setups.add(row);
  tell(simulation, "setup_intent.created", row, origin);
  return row;
}

function tell(simulation: Simulation, type: EventType, row: SetupRow, origin: Origin): void {
  simulation.store.onChange("setup", row);
  emit(simulation, type, row.object, { origin });
}

/** The buyer's fields confirm a setup: the card is kept, or refused. `present` is true when the buyer can confirm at the bank. */
export function confirmSetup(
  simulation: Simulation,
  row: SetupRow,
  name: string,
  present: boolean,
  origin: Origin,
): void {
  if (row.object.status === "succeeded" || row.object.status === "canceled") {
    throw invalidRequest(`You cannot confirm this SetupIntent because it has a status of ${row.object.status}.`, {
      code: "setup_intent_unexpected_state",
    });
  }
  const method = testMethod(name);
  if (method.decline !== null && !method.saves) {
    row.object.status = "requires_payment_method";
    tell(simulation, "setup_intent.setup_failed", row, origin);
    throw cardError(method.decline, null, undefined);
  }
  if (method.needs_action && !present) {
    row.object.status = "requires_action";
    tell(simulation, "setup_intent.requires_action", row, origin);
    return;
  }
  row.object.status = "succeeded";
  row.object.payment_method = saveMethod(simulation, name, row.object.customer as string, origin).id;
  tell(simulation, "setup_intent.succeeded", row, origin);
}

/** /v1/setup_intents. */
export const setupIntentRoutes = [
  route("POST", "/v1/setup_intents", "setup_intent", createParameters, (simulation, { parameters, origin }) => {
    return createSetup(simulation, parameters, origin).object;
  }),
  route(
    "GET",
    "/v1/setup_intents/:id",
    "setup_intent",
    z.strictObject({ expand, client_secret: withoutEffect }),
    (simulation, { id }) => simulation.store.setups.get(id, "intent").object,
  ),
  route(
    "POST",
    "/v1/setup_intents/:id/confirm",
    "setup_intent",
    z.strictObject({ expand, payment_method: text(), return_url: url.optional(), mandate_data: withoutEffect }),
    (simulation, { id, parameters, origin }) => {
      const row = simulation.store.setups.get(id, "intent");
      confirmSetup(simulation, row, parameters.payment_method, false, origin);
      return row.object;
    },
  ),
];
