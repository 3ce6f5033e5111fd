import { type Context, Hono } from "hono";
import { z } from "zod";
import { newId } from "./identifiers.ts";
import type { Simulation } from "./simulation.ts";
import type { ParcelEvent, ParcelRow } from "./store.ts";

const wish = z.strictObject({
  reference: z.string().min(1).max(100),
  from: z.string().max(100),
  destination: z.record(z.string(), z.unknown()).nullable(),
  units: z.int().min(1),
});

const deed = z.strictObject({
  status: z.enum([
    "order_received",
    "packing",
    "picked_up",
    "arrived_facility",
    "departed_facility",
    "out_for_delivery",
    "delivery_failed",
    "delivered",
    "returned_to_sender",
  ]),
  location: z.string().max(200).nullable().default(null),
  description: z.string().max(500).nullable().default(null),
  /** The parcel's number in the webhook only: a carrier that speaks of a parcel which nobody gave it. */
  tracking_number: z.string().min(1).max(100).optional(),
});

const DAYS = 3;

/** The carrier's HTTP API under /carrier/v1: book a parcel once per idempotency key, and read what happened to it. */
export function carrierApi(simulation: Simulation): Hono {
  const app = new Hono().basePath("/carrier/v1");
  const { store } = simulation;
  app.use(async (context, next) => {
    const key = context.req.header("authorization")?.replace(/^Bearer /, "");
    const accepted = simulation.apiKey === null ? Boolean(key) : key === simulation.apiKey;
    if (!accepted) return context.json({ code: "key_refused", message: "This key is not known here." }, 401);
    await next();
  });
  app.post("/parcels", async (context) => {
    const read = wish.safeParse(await context.req.json().catch(() => null));
    const key = context.req.header("idempotency-key");
    if (!read.success || !key) return context.json({ code: "invalid_request", message: "This is no parcel." }, 422);
    const known = store.parcels.all().find((parcel) => parcel.key === key);
    return context.json(answer(known ?? book(simulation, key, read.data)));
  });
  app.get("/parcels/:number", (context) => found(simulation, context, (parcel) => context.json(answer(parcel))));
  return app;
}

/** What happens to a parcel: POST /simulator/carrier/:number with {status, location?, description?}. */
export function carrierControl(simulation: Simulation): Hono {
  const app = new Hono();
  app.get("/simulator/carrier", (context) => context.json(simulation.store.parcels.all()));
  app.post("/simulator/carrier/:number", (context) =>
    found(simulation, context, async (parcel) => {
      const read = deed.safeParse(await context.req.json().catch(() => null));
      if (!read.success) return context.json({ code: "invalid_request", message: z.prettifyError(read.error) }, 422);
      return context.json(happen(simulation, parcel, read.data));
    }),
  );
  return app;
}

function found(
  { store }: Simulation,
  context: Context,
  work: (parcel: ParcelRow) => Response | Promise<Response>,
): Response | Promise<Response> {
  const parcel = store.parcels.find(context.req.param("number") ?? "");
  return parcel ? work(parcel) : context.json({ code: "not_found", message: "There is no such parcel." }, 404);
}

function book(simulation: Simulation, key: string, { reference }: z.output<typeof wish>): ParcelRow {
  const id = newId("SIM");
  const estimated = new Date(simulation.clock.now() + DAYS * 24 * 60 * 60 * 1000).toISOString();
  const parcel: ParcelRow = { id, key, reference, estimated_delivery_at: estimated, events: [] };
  simulation.store.parcels.add(parcel);
  simulation.store.onChange("parcel", parcel);
  // A false "it was delivered" that the carrier never signed.
  const forged = simulation.faults.strike("forged");
  if (forged !== null) {
    const event = happened(simulation, id, { status: "delivered", location: null, description: null });
    simulation.webhooks.announceForged(row(simulation, event), forged.how);
  }
  return parcel;
}

function answer({ id, reference, estimated_delivery_at, events }: ParcelRow) {
  return { tracking_number: id, reference, label_url: null, estimated_delivery_at, events };
}

function happen(simulation: Simulation, parcel: ParcelRow, what: z.output<typeof deed>): ParcelEvent {
  const event = happened(simulation, what.tracking_number ?? parcel.id, what);
  if (what.tracking_number === undefined) parcel.events.push(event);
  simulation.store.onChange("parcel", parcel);
  const told = row(simulation, event);
  simulation.store.events.add(told);
  simulation.store.onChange("event", told);
  if (told.subscribed) simulation.webhooks.announce(told);
  return event;
}

function happened(
  simulation: Simulation,
  tracking_number: string,
  { status, location, description }: Pick<ParcelEvent, "status" | "location" | "description">,
): ParcelEvent {
  const occurred_at = new Date(simulation.clock.now()).toISOString();
  return { id: newId("pce_"), tracking_number, status, occurred_at, location, description };
}

function row(simulation: Simulation, event: ParcelEvent) {
  return {
    id: event.id,
    provider: "carrier" as const,
    type: `parcel.${event.status}`,
    created: simulation.clock.seconds(),
    object_id: event.tracking_number,
    session: null,
    json: JSON.stringify(event),
    subscribed: simulation.settings.carrier_webhook_url !== null,
    delivered: false,
  };
}
