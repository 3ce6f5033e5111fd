import type { Carrier } from "./carrier.ts";
import { parcelCarrier } from "./parcel-carrier.ts";

/** The carriers that this shop speaks to, by the environment: CARRIER_API_BASE and CARRIER_API_KEY, CARRIER_NAME, CARRIER_WEBHOOK_SECRETS (separated by commas). */
export function openCarriers(env: Record<string, string | undefined>): Carrier[] {
  const { CARRIER_API_BASE: base, CARRIER_API_KEY: key, CARRIER_NAME: name } = env;
  if (!base || !key) return [];
  const secrets = (env.CARRIER_WEBHOOK_SECRETS ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
  return [parcelCarrier({ name: (name || "parcels").toLowerCase(), base, key, secrets })];
}
