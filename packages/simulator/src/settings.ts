import { z } from "zod";

/** A span of milliseconds, written "3000-10000" or as one number. */
export const span = z
  .union([
    z.number().int().nonnegative(),
    z.string().regex(/^\d+(-\d+)?$/, 'write milliseconds as "3000-10000" or "500"'),
  ])
  .transform((value): readonly [number, number] => {
    const [low, high] = String(value).split("-").map(Number) as [number, number?];
    return [Math.min(low, high ?? low), Math.max(low, high ?? low)];
  });

/** The events a shop's endpoint subscribes to when nothing else is asked for; "*" means every event. */
export const DEFAULT_EVENTS = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
  "payment_intent.amount_capturable_updated",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "payment_intent.canceled",
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "invoice.paid",
  "invoice.payment_failed",
  "invoice_payment.paid",
  "payment_method.attached",
  "payment_method.detached",
  "payment_method.automatically_updated",
  "charge.refunded",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "charge.dispute.closed",
];

/** What PUT /simulator/settings accepts; whatever is left out stays as it is. */
export const settingsChange = z.strictObject({
  delay_ms: span.optional(),
  latency_ms: span.optional(),
  retry_ms: span.optional(),
  webhook_url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
  webhook_secret: z.string().min(1).optional(),
  ewallet_webhook_url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
  ewallet_webhook_secret: z.string().min(1).optional(),
  carrier_webhook_url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
  carrier_webhook_secret: z.string().min(1).optional(),
  webhook_events: z.array(z.string().min(1)).optional(),
  shop_name: z.string().min(1).max(100).optional(),
});

/** How the simulator behaves at the moment. */
export interface Settings {
  /** How long amounts ending in 99 and 11 take until they are decided, from their creation; and an e-wallet, from approval to money. */
  delay_ms: readonly [number, number];
  /** How long the API waits before it works on a request. */
  latency_ms: readonly [number, number];
  /** The first and the longest pause between two attempts of one delivery; it doubles in between. */
  retry_ms: readonly [number, number];
  webhook_url: string | null;
  /** One secret, or several with commas while the shop changes it: each signs every delivery. */
  webhook_secret: string;
  /** Where the e-wallet sends its events, and what signs them. */
  ewallet_webhook_url: string | null;
  ewallet_webhook_secret: string;
  /** Where the carrier sends its events, and what signs them. */
  carrier_webhook_url: string | null;
  carrier_webhook_secret: string;
  webhook_events: readonly string[];
  shop_name: string;
}

/** Settings before anybody changed them. */
export const DEFAULT_SETTINGS: Settings = {
  delay_ms: [3_000, 10_000],
  latency_ms: [0, 0],
  retry_ms: [500, 60_000],
  webhook_url: null,
  webhook_secret: "whsec_simulator",
  ewallet_webhook_url: null,
  ewallet_webhook_secret: "ewallet_simulator",
  carrier_webhook_url: null,
  carrier_webhook_secret: "carrier_simulator",
  webhook_events: DEFAULT_EVENTS,
  shop_name: "Seatline demo shop",
};

/** The settings after a change. */
export function changeSettings(before: Settings, change: z.output<typeof settingsChange>): Settings {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}
