import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 50;

/**
 * Every ten minutes: asks carriers where the parcels are of which nothing was heard for too long, and hands to the inbox what no webhook
 * brought. Answers how many events had been missing.
 */
export const reconcileShipments: ScheduledTask = async ({ sql, carriers, correlationId, log, signal }) => {
  if (carriers.length === 0) return 0;
  const silent = await sql<{ shipment_id: string; carrier: string; tracking_number: string }[]>`
    select shipment_id, carrier, tracking_number from private.shipments_to_ask(${carriers.map(({ name }) => name)}, ${BATCH})`;
  let missed = 0;
  for (const { carrier: name, tracking_number } of silent) {
    const carrier = carriers.find((known) => known.name === name.toLowerCase());
    if (signal.aborted || !carrier) break;
    try {
      for (const event of await carrier.track(tracking_number)) {
        const [answer] = await correlated(
          sql,
          correlationId,
          (transaction) => transaction<{ outcome: string }[]>`
            select private.receive_carrier_event(${carrier.name}, ${JSON.stringify(event)}::text::jsonb, 'reading') ->> 'outcome' as outcome`,
        );
        if (answer?.outcome !== "duplicate") missed++;
      }
    } catch (error) {
      log.warn({ err: error, tracking_number }, "a carrier could not be asked about a parcel; it is asked again later");
    }
  }
  if (missed > 0) log.warn({ missed }, "what carriers told was missing from the inbox: webhooks are late or lost");
  return missed;
};
