import type { z } from "zod";
import type { Page } from "./collection.ts";
import type { Origin, Simulation } from "./simulation.ts";

/** The type of object that an answer holds, for `expand`. */
export type Answer =
  | "charge"
  | "checkout.session"
  | "customer"
  | "dispute"
  | "event"
  | "invoice"
  | "invoice_payment"
  | "item"
  | "payment_intent"
  | "payment_method"
  | "price"
  | "refund"
  | "setup_intent"
  | "subscription";

/** A request that passed every check. */
export interface Call<Parameters> {
  /** The id in the path; empty where the path has none. */
  id: string;
  parameters: Parameters;
  origin: Origin;
}

/** One endpoint of Stripe's API. */
export interface Route {
  method: "DELETE" | "GET" | "POST";
  path: string;
  answers: Answer;
  parameters: z.ZodType;
  run: (simulation: Simulation, call: Call<unknown>) => unknown;
}

/** Declares an endpoint: the schema types the parameters that `run` gets. */
export function route<Schema extends z.ZodType>(
  method: Route["method"],
  path: string,
  answers: Answer,
  parameters: Schema,
  run: (simulation: Simulation, call: Call<z.output<Schema>>) => unknown,
): Route {
  return { method, path, answers, parameters, run: run as Route["run"] };
}

/** Stripe's list object around one page. */
export function listOf<Row>(url: string, page: Page<Row>, objectOf: (row: Row) => unknown) {
  return { object: "list", data: page.rows.map(objectOf), has_more: page.has_more, url };
}
