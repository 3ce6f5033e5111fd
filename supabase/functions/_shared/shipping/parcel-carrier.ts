import { z } from "zod";
import { Problem } from "../problem.ts";
import { requireSignature } from "../require-signature.ts";
import { type Booking, type Carrier, CarrierEvent } from "./carrier.ts";

/** Where the carrier is, the key of the account, and the secrets of its webhook (several while one is being rotated). */
export type ParcelCarrierSettings = { name: string; base: string; key: string; secrets: string[] };

const TIMEOUT_MS = 10_000;

const Booked = z.looseObject({
  tracking_number: z.string().min(1).max(100),
  label_url: z.url().nullable(),
  estimated_delivery_at: z.iso.datetime({ offset: true }).nullable(),
});
const Tracked = z.looseObject({ events: z.array(CarrierEvent).max(1000) });

/** A carrier that speaks the simulator's API: POST parcels, GET parcels/<number>, webhooks signed in `carrier-signature`. */
export function parcelCarrier(settings: ParcelCarrierSettings): Carrier {
  return {
    name: settings.name,
    async book({ shipment_id, ...wish }): Promise<Booking> {
      const answer = await ask(settings, "/parcels", { body: wish, key: shipment_id });
      const { tracking_number, label_url, estimated_delivery_at } = Booked.parse(answer);
      return { tracking_number, label_url, estimated_delivery_at };
    },
    async track(trackingNumber) {
      return Tracked.parse(await ask(settings, `/parcels/${encodeURIComponent(trackingNumber)}`)).events;
    },
    readWebhook(body, headers) {
      requireSignature(body, headers.get("carrier-signature"), settings.secrets, "CARRIER_WEBHOOK_SECRETS");
      try {
        return CarrierEvent.parse(JSON.parse(body));
      } catch (error) {
        throw new Problem("webhook_body_invalid", 400, "The signed body is not an event of the carrier.", {
          cause: error,
        });
      }
    },
  };
}

async function ask(
  { base, key }: ParcelCarrierSettings,
  path: string,
  sent?: { body: unknown; key: string },
): Promise<unknown> {
  const response = await fetch(`${base.replace(/\/+$/, "")}${path}`, {
    method: sent ? "POST" : "GET",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...(sent && { "idempotency-key": sent.key }),
    },
    ...(sent && { body: JSON.stringify(sent.body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Error(`The carrier answered ${response.status}.`, { cause: answer });
  return answer;
}
