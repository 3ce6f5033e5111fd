import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { log } from "../_shared/log.ts";
import { Problem } from "../_shared/problem.ts";
import { readBody } from "../_shared/read-body.ts";
import { requestId } from "../_shared/request-id.ts";
import type { Carrier } from "../_shared/shipping/carrier.ts";

const LARGEST_BODY = 64 * 1024;

/** What a carrier's webhook needs from outside. */
export type CarrierWebhookDeps = { asService: Database; carriers: Carrier[] };

/**
 * Verifies one delivery, hands it to the inbox, and answers 200, also for a number that no parcel has yet: it is kept. 400 when it is not the
 * carrier's. `?carrier=<name>` says which one when there are several.
 */
export async function handleCarrierWebhook(request: Request, deps: CarrierWebhookDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "Events are delivered with POST.", { headers: { allow: "POST" } });
  }
  const named = new URL(request.url).searchParams.get("carrier");
  const carrier = named ? deps.carriers.find(({ name }) => name === named.toLowerCase()) : deps.carriers[0];
  if (!carrier) {
    throw new Problem("function_not_found", 404, "This shop has no such carrier.", {
      hint: "Set CARRIER_API_BASE and CARRIER_API_KEY.",
    });
  }
  const event = carrier.readWebhook(await readBody(request, LARGEST_BODY), request.headers);
  await failpoint("carrier.verified", event.id);
  const id = requestId(request);
  const answer = await callVerb(deps.asService, "receive_carrier_event", { carrier: carrier.name, event }, id);
  await failpoint("carrier.received", event.id);
  const { outcome } = answer as { outcome: string };
  log("info", "carrier event received", { request_id: id, event_id: event.id, status: event.status, outcome });
  return Response.json({ received: true, outcome });
}
