import type Stripe from "stripe";
import { newId } from "../identifiers.ts";
import { emit } from "../resources/events.ts";
import type { Origin, Simulation } from "../simulation.ts";
import type { MethodRow } from "../store.ts";
import { invalidRequest } from "../stripe-errors.ts";
import { type TestMethod, testMethod } from "./test-methods.ts";

/** A payment method as somebody named it: one kept for a customer, or one of Stripe's test methods. */
export interface NamedMethod {
  /** Null for a test method, which becomes an object of its own at each use. */
  saved: MethodRow | null;
  /** The test method that it behaves as. */
  behaves: string;
  details: TestMethod;
}

/** Finds a method by its id or by the name of a test method; refuses one that was detached or is another customer's. */
export function namedMethod(simulation: Simulation, name: string, customer: string | null): NamedMethod {
  const saved = simulation.store.methods.find(name) ?? null;
  if (saved !== null && (saved.object.customer === null || saved.object.customer !== customer)) {
    throw invalidRequest(
      "The provided PaymentMethod cannot be used: it is not attached to this Customer. Attach it to the Customer first, or pass the Customer it is attached to.",
      { code: "payment_method_unexpected_state", param: "payment_method" },
    );
  }
  const behaves = saved?.method ?? name;
  return { saved, behaves, details: testMethod(behaves) };
}

/** Keeps a card for a customer, under an id it was used with before if there is one. */
export function saveMethod(
  simulation: Simulation,
  behaves: string,
  customer: string,
  origin: Origin,
  id: string = newId("pm_1"),
): MethodRow {
  const { brand, last4 } = testMethod(behaves);
  const object = {
    id,
    object: "payment_method",
    allow_redisplay: "limited",
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand,
      checks: null,
      country: "US",
      display_brand: brand,
      exp_month: 12,
      exp_year: 2034,
      fingerprint: last4,
      funding: "credit",
      last4,
    },
    created: simulation.clock.seconds(),
    customer,
    livemode: false,
    metadata: {},
    type: "card",
  } as unknown as Stripe.PaymentMethod;
  const row: MethodRow = { id, method: behaves, object };
  simulation.store.methods.add(row);
  simulation.store.onChange("method", row);
  emit(simulation, "payment_method.attached", object, { origin });
  return row;
}

/** Takes a card away from its customer, for good. */
export function detachMethod(simulation: Simulation, row: MethodRow, origin: Origin): void {
  const { customer } = row.object;
  if (customer === null) {
    throw invalidRequest("The payment method you provided is not attached to a customer so detachment is impossible.", {
      code: "payment_method_unexpected_state",
    });
  }
  row.object.customer = null;
  simulation.store.onChange("method", row);
  emit(simulation, "payment_method.detached", row.object, { origin, previous: { customer } });
}
