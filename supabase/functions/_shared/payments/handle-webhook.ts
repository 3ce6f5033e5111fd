import { callVerb, type Database } from "../call-verb.ts";
import { failpoint } from "../failpoint.ts";
import { log } from "../log.ts";
import { Problem } from "../problem.ts";
import { readBody } from "../read-body.ts";
import { requestId } from "../request-id.ts";
import type { PaymentProvider } from "./provider.ts";

const LARGEST_BODY = 1024 * 1024;

/** Verifies one delivery, hands it to the inbox in one call, and answers 200; 400 when it is not the provider's, 503 to have it sent again. */
export async function handleWebhook(
  request: Request,
  deps: { asService: Database; provider: PaymentProvider },
): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "Events are delivered with POST.", { headers: { allow: "POST" } });
  }
  const id = requestId(request);
  const event = await deps.provider.readWebhook(await readBody(request, LARGEST_BODY), request.headers);
  await failpoint("webhook.verified", event.id);

  const { outcome } = await callVerb<{ event_id: string; outcome: string }>(
    deps.asService,
    "receive_provider_event",
    { provider: deps.provider.name, event_id: event.id, type: event.type, payload: event },
    id,
  );
  await failpoint("webhook.received", event.id);
  log("info", "provider event received", { request_id: id, event_id: event.id, type: event.type, outcome });
  return Response.json({ received: true, outcome });
}
