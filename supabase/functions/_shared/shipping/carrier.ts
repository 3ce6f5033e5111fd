import { z } from "zod";

/** What a carrier says of a parcel, in the words of docs/shipments.md. The inbox takes each id once. */
export const CarrierEvent = z.object({
  id: z.string().min(1).max(200),
  tracking_number: z.string().min(1).max(100),
  status: z.string().min(1).max(50),
  occurred_at: z.iso.datetime({ offset: true }),
  location: z.string().max(200).nullish(),
  description: z.string().max(500).nullish(),
});
export type CarrierEvent = z.infer<typeof CarrierEvent>;

/** A parcel to book. Asked again for the same `shipment_id` it is the same booking. */
export type BookingWish = {
  shipment_id: string;
  /** The number on the parcel. */
  reference: string;
  /** The code of the place where it is fetched. */
  from: string;
  destination: Record<string, unknown> | null;
  units: number;
};

/** What the carrier answers to a booking. */
export type Booking = { tracking_number: string; label_url: string | null; estimated_delivery_at: string | null };

/** A carrier. Everything that this shop asks of one goes through here. */
export type Carrier = {
  /** As `shipments.carrier` names it, in small letters. */
  readonly name: string;
  book(wish: BookingWish): Promise<Booking>;
  /** Everything that was said of a parcel so far, with the same ids as the webhooks. */
  track(trackingNumber: string): Promise<CarrierEvent[]>;
  /** The event of a delivery. Refuses webhook_signature_invalid and webhook_body_invalid (400). */
  readWebhook(body: string, headers: Headers): CarrierEvent;
};
