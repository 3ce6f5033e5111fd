import { z } from "zod";
import { expand, paging, text } from "../parameters.ts";
import { detachMethod, saveMethod } from "../payments/saved-methods.ts";
import { testMethod } from "../payments/test-methods.ts";
import { listOf, route } from "../route.ts";
import { invalidRequest } from "../stripe-errors.ts";
import { livingCustomer } from "./customers.ts";

/** /v1/payment_methods, for cards. */
export const paymentMethodRoutes = [
  route("GET", "/v1/payment_methods/:id", "payment_method", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.methods.get(id).object;
  }),
  route(
    "POST",
    "/v1/payment_methods/:id/attach",
    "payment_method",
    z.strictObject({ expand, customer: text() }),
    (simulation, { id, parameters, origin }) => {
      const customer = livingCustomer(simulation, parameters.customer);
      const known = simulation.store.methods.find(id);
      if (known !== undefined) {
        throw invalidRequest("This PaymentMethod was attached before and cannot be attached again.", {
          code: "payment_method_unexpected_state",
        });
      }
      testMethod(id);
      return saveMethod(simulation, id, customer.id, origin).object;
    },
  ),
  route(
    "POST",
    "/v1/payment_methods/:id/detach",
    "payment_method",
    z.strictObject({ expand }),
    (simulation, { id, origin }) => {
      const row = simulation.store.methods.get(id);
      detachMethod(simulation, row, origin);
      return row.object;
    },
  ),
  route(
    "GET",
    "/v1/payment_methods",
    "payment_method",
    z.strictObject({ ...paging, customer: text().optional(), type: text().optional() }),
    (simulation, { parameters }) => {
      const page = simulation.store.methods.page(
        parameters,
        ({ object }) => object.customer !== null && object.customer === (parameters.customer ?? object.customer),
      );
      return listOf("/v1/payment_methods", page, (row) => row.object);
    },
  ),
];
