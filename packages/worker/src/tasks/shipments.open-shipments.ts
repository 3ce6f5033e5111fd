import type { EventTask } from "./task.ts";

/** order.paid, order.reviewed of an order with goods: opens its parcels, one per place that its goods lie in. Parcels that are there already stay as they are. */
export const openShipments: EventTask = async (job, context) => {
  await context.complete(async (transaction) => {
    await transaction`select private.open_shipments(${job.subject_id})`;
  });
};
