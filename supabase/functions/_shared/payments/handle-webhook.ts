import { failpoint } from "../failpoint.ts";
import { log } from "../log.ts";
import { Problem } from "../problem.ts";
import { readBody } from "../read-body.ts";
import { requestId } from "../request-id.ts";
import type { PaymentProvider } from "./provider.ts";
import type { WebhookInbox } from "./webhook-inbox.ts";

const LARGEST_BODY = 1024 * 1024;

/** What a webhook needs from outside. */
export type WebhookDeps = { provider: PaymentProvider; inbox: WebhookInbox };

/** Verifies one delivery, hands it to the inbox, and answers 200; 400 when it is not the provider's, 503 to have it sent again. */
export async function handleWebhook(request: Request, { provider, inbox }: WebhookDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "Events are delivered with POST.", { headers: { allow: "POST" } });
  }
  const id = requestId(request);
  const event = await provider.readWebhook(await readBody(request, LARGEST_BODY), request.headers);
  await failpoint("webhook.verified", event.id);

  const outcome = await inbox.receive({ event, requestId: id });
  await failpoint("webhook.received", event.id);
  log("info", "provider event received", { request_id: id, event_id: event.id, type: event.type, outcome });
  return Response.json({ received: true, outcome });
}
