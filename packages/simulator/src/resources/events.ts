import type Stripe from "stripe";
import { z } from "zod";
import { newId } from "../identifiers.ts";
import { boolean, createdRange, expand, isInRange, paging, text } from "../parameters.ts";
import { listOf, route } from "../route.ts";
import { NO_REQUEST, type Origin, type Simulation } from "../simulation.ts";
import type { EventRow } from "../store.ts";

/** The name of an event of Stripe. */
export type EventType = Stripe.Event["type"];

/** What an event is about besides its object. */
export interface About {
  origin?: Origin;
  /** The checkout session it belongs to. */
  session?: string | null;
  /** The fields that changed, as they were before. */
  previous?: Record<string, unknown>;
}

/** Writes down that something happened, exactly as it is now, and hands it to the webhooks. */
export function emit(simulation: Simulation, type: EventType, object: { id: string }, about: About = {}): void {
  const subscribed = simulation.webhooks.wants(type);
  const event = {
    id: newId("evt_1"),
    object: "event",
    api_version: simulation.apiVersion,
    created: simulation.clock.seconds(),
    data: { object, ...(about.previous && { previous_attributes: about.previous }) },
    livemode: false,
    pending_webhooks: subscribed ? 1 : 0,
    request: about.origin ?? NO_REQUEST,
    type,
  };
  const row: EventRow = {
    id: event.id,
    provider: "stripe",
    type,
    created: event.created,
    object_id: object.id,
    session: about.session ?? null,
    json: JSON.stringify(event),
    subscribed,
    delivered: false,
  };
  simulation.store.events.add(row);
  simulation.store.onChange("event", row);
  if (subscribed) simulation.webhooks.announce(row);
}

function eventObject(row: EventRow): unknown {
  const event = JSON.parse(row.json);
  event.pending_webhooks = row.subscribed && !row.delivered ? 1 : 0;
  return event;
}

const listParameters = z.strictObject({
  ...paging,
  created: createdRange,
  delivery_success: boolean.optional(),
  type: text().optional(),
  types: z.array(text()).max(20).optional(),
});

/** GET /v1/events and /v1/events/:id. */
export const eventRoutes = [
  route("GET", "/v1/events/:id", "event", z.strictObject({ expand }), (simulation, { id }) =>
    eventObject(simulation.store.events.get(id)),
  ),
  route("GET", "/v1/events", "event", listParameters, (simulation, { parameters }) => {
    const { type, types, created, delivery_success } = parameters;
    const page = simulation.store.events.page(
      parameters,
      (row) =>
        row.provider === "stripe" &&
        (type === undefined || matchesType(type, row.type)) &&
        (types === undefined || types.includes(row.type)) &&
        isInRange(row.created, created) &&
        (delivery_success === undefined || (row.delivered || !row.subscribed) === delivery_success),
    );
    return listOf("/v1/events", page, eventObject);
  }),
];

// Stripe takes one name or a group, such as `charge.*`.
function matchesType(wanted: string, type: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
