import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parcelCarrier } from "../../supabase/functions/_shared/shipping/parcel-carrier.ts";
import { actingAs } from "../payments/acting-as.ts";
import { times, together } from "../payments/together.ts";
import { type Pool, type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { call, parcelsOf, staff, statusOf, thingsParcel } from "./parcels.ts";

const database = useDatabase();
const carrier = parcelCarrier({ name: "parcels", base: "http://nowhere.test", key: "k", secrets: ["old", "new"] });

const said = (tracking_number: string, status: string, id: string = crypto.randomUUID()) => ({
  id,
  tracking_number,
  status,
  occurred_at: "2026-11-20T08:00:00Z",
  location: "Bandung",
  description: null,
});

/** Hands an event to the inbox as the function does; gives its outcome. */
async function tell(sql: Sql | Pool, event: unknown, from = "parcels"): Promise<string> {
  return actingAs(sql as Sql, "service", async (tx) => {
    const [row] =
      await tx`select public.receive_carrier_event(${from}, ${JSON.stringify(event)}::text::jsonb) ->> 'outcome' as outcome`;
    return row?.outcome;
  });
}

describe("a delivery of the carrier's webhook", () => {
  const body = JSON.stringify(said("P1", "picked_up"));
  const now = Math.floor(Date.now() / 1000);
  const sign = (secret: string, seconds = now, text = body) =>
    `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${text}`).digest("hex")}`;
  const read = (signature?: string, text = body) =>
    carrier.readWebhook(text, new Headers(signature ? { "carrier-signature": signature } : {}));

  test("is read when one of the secrets signed it, also while they are being changed", () => {
    for (const secret of ["old", "new"])
      expect(read(sign(secret))).toMatchObject({ tracking_number: "P1", status: "picked_up" });
  });

  test("is refused when it is forged, altered, replayed, unsigned, or signed and no event", () => {
    const invalid = expect.objectContaining({ code: "webhook_signature_invalid", status: 400 });
    for (const signature of [
      sign("other"),
      sign("old", now - 301),
      sign("old", now + 400),
      sign("old", now, `${body} `),
      "t=1,v1=0",
      undefined,
    ])
      expect(() => read(signature)).toThrow(invalid);
    const nothing = '{"id":"1"}';
    expect(() => read(sign("old", now, nothing), nothing)).toThrow(
      expect.objectContaining({ code: "webhook_body_invalid", status: 400 }),
    );
  });
});

describe("what a carrier tells", () => {
  test("moves the parcel and its order once, however often and in whatever order it comes", () =>
    database.rolledBack(async (sql) => {
      const { shipmentId, orderId } = await thingsParcel(sql);
      const keeper = await staff(sql, "warehouse");
      await call(sql, keeper, "add_tracking_number", {
        shipment_id: shipmentId,
        tracking_number: "P1",
        carrier: "Parcels",
      });
      const [pickedUp, delivered] = [said("P1", "picked_up"), said("P1", "delivered")];
      expect(await tell(sql, delivered)).toBe("applied");
      expect(await tell(sql, delivered)).toBe("duplicate");
      expect(await tell(sql, pickedUp)).toBe("applied");
      expect(await statusOf(sql, orderId)).toBe("delivered");
      expect((await parcelsOf(sql, orderId))[0]?.events).toHaveLength(2);
      const sent =
        await sql`select name from public.events where subject_id = ${orderId} and name in ('order.shipped', 'order.delivered')`;
      expect(sent).toHaveLength(2);
      await expectInvariants(sql);
    }));

  test("of a number that no parcel has is kept, shown, and applied when one gets it", () =>
    database.rolledBack(async (sql) => {
      const { shipmentId, orderId } = await thingsParcel(sql);
      expect(await tell(sql, said("P2", "arrived_facility"))).toBe("needs_review");
      expect(await tell(sql, said("P2", "out_for_delivery"))).toBe("needs_review");
      expect(await tell(sql, said("P2", "delivered"), "others")).toBe("needs_review");
      const unknown =
        await sql`select subject from private.carrier_concerns() where kind = 'carrier_event_unknown' order by 1`;
      expect(unknown.map(({ subject }) => subject)).toEqual(["others P2", "parcels P2"]);
      await call(sql, await staff(sql, "warehouse"), "hand_over_shipment", {
        shipment_id: shipmentId,
        tracking_number: "P2",
        carrier: "PARCELS",
      });
      expect(await parcelsOf(sql, orderId)).toMatchObject([{ status: "out_for_delivery" }]);
      expect(await sql`select subject from private.carrier_concerns()`).toEqual([{ subject: "others P2" }]);
      await expectInvariants(sql);
    }));

  test("of a parcel that was cancelled, or whose order ended, waits for a person", () =>
    database.rolledBack(async (sql) => {
      const { shipmentId, orderId } = await thingsParcel(sql);
      const keeper = await staff(sql, "warehouse");
      await call(sql, keeper, "add_tracking_number", {
        shipment_id: shipmentId,
        tracking_number: "P3",
        carrier: "parcels",
      });
      await sql`select private.undo_order(${orderId}, 'a test')`;
      expect(await tell(sql, said("P3", "delivered"))).toBe("needs_review");
      expect(await statusOf(sql, orderId)).toBe("cancelled");
      await expectInvariants(sql);
    }));

  test("is refused when it is no event, and is for the secret key only", () =>
    database.rolledBack(async (sql) => {
      const event = said("P4", "picked_up");
      const wrong = [
        null,
        [],
        {},
        { ...event, status: "eaten" },
        { ...event, occurred_at: "yesterday" },
        { ...event, occurred_at: "2026-02-31T00:00:00Z" },
        { ...event, id: "" },
        { ...event, tracking_number: "x".repeat(101) },
        { ...event, location: "x".repeat(201) },
      ];
      for (const lie of wrong)
        await expectRefusal(() => tell(sql, lie), { code: "invalid_carrier_event", status: 422 });
      const keeper = await staff(sql, "warehouse");
      await expectRefusal(
        () =>
          actingAs(
            sql,
            keeper,
            (tx) => tx`select public.receive_carrier_event('parcels', ${JSON.stringify(event)}::text::jsonb)`,
          ),
        { code: "42501", status: 403 },
      );
    }));
});

test("six copies of every event, at once and while the number is given, end as one of each", async () => {
  const { shipmentId, orderId } = await thingsParcel(database.sql);
  const events = ["picked_up", "arrived_facility", "out_for_delivery", "delivered"].map((status) =>
    said("RACE-1", status),
  );
  await together(database, [
    (sql: Pool) => sql`select public.add_tracking_number(${shipmentId}, 'RACE-1', 'parcels')`,
    ...events.flatMap((event) => [...times(6, () => (sql: Pool) => tell(sql, event))]),
  ]);
  await database.sql`update private.carrier_events set received_at = received_at - interval '1 minute'`;
  await database.sql`select private.apply_pending_carrier_events()`;
  const [parcel] = await parcelsOf(database.sql, orderId);
  expect(parcel).toMatchObject({ status: "delivered" });
  expect(parcel?.events).toHaveLength(events.length);
  expect(await statusOf(database.sql, orderId)).toBe("delivered");
  await expectInvariants(database.sql);
});
