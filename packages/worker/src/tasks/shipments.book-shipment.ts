import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { BookingWish } from "../../../../supabase/functions/_shared/shipping/carrier.ts";
import { PermanentFailure } from "../permanent-failure.ts";
import type { EventTask } from "./task.ts";

/** shipment.booking_requested: books a parcel at its carrier, once by its id, and writes number and label. One that left or was cancelled meanwhile is left alone. */
export const bookShipment: EventTask = async (job, context) => {
  const [row] = await context.sql<{ wish: (BookingWish & { carrier: string }) | null }[]>`
    select private.booking_document(${job.subject_id}) as wish`;
  if (!row?.wish) return;
  const { carrier: name, ...wish } = row.wish;
  const carrier = context.carriers.find((known) => known.name === name.toLowerCase());
  if (!carrier) throw new PermanentFailure(`The shop speaks to no carrier ${name}: enter the tracking number by hand.`);
  await failpoint("booking.read", job.subject_id);
  const booking = await carrier.book(wish);
  await failpoint("booking.sent", job.subject_id);
  await context.complete(async (transaction) => {
    await transaction`
      select private.record_booking(${job.subject_id}, ${booking.tracking_number}, ${booking.label_url}, ${booking.estimated_delivery_at})`;
  });
  await failpoint("booking.recorded", job.subject_id);
};
