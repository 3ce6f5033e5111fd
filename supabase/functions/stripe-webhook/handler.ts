import Stripe from "stripe";
import { z } from "zod";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { log } from "../_shared/log.ts";
import { Problem } from "../_shared/problem.ts";
import { readBody } from "../_shared/read-body.ts";
import { requestId } from "../_shared/request-id.ts";

/** What the webhook needs from outside; several `secrets` are accepted while one is being rotated. */
export type WebhookDeps = { asService: Database; stripe: Stripe; secrets: string[] };

const TOLERANCE_SECONDS = 300;
const LARGEST_BODY = 1024 * 1024;

const Event = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  data: z.looseObject({ object: z.looseObject({}) }),
});

/** Verifies one delivery, hands it to the inbox in one call, and answers 200; 400 when it is not Stripe's, 503 to have it sent again. */
export async function handleStripeWebhook(request: Request, deps: WebhookDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "Events are delivered with POST.", { headers: { allow: "POST" } });
  }
  const id = requestId(request);
  const event = await verify(await readBody(request, LARGEST_BODY), request.headers.get("stripe-signature"), deps);

  const { outcome } = await callVerb<{ event_id: string; outcome: string }>(
    deps.asService,
    "receive_provider_event",
    { provider: "stripe", event_id: event.id, type: event.type, payload: event },
    id,
  );
  log("info", "provider event received", { request_id: id, event_id: event.id, type: event.type, outcome });
  return Response.json({ received: true, outcome });
}

async function verify(body: string, signature: string | null, deps: WebhookDeps): Promise<z.infer<typeof Event>> {
  if (deps.secrets.length === 0) {
    throw new Problem("internal_error", 500, "The webhook has no signing secret.", {
      hint: "Set STRIPE_WEBHOOK_SECRETS to the endpoint's secret; several are separated by commas.",
    });
  }
  const provider = Stripe.createSubtleCryptoProvider();
  const secrets = isFromTheFuture(signature) ? [] : deps.secrets;
  for (const secret of secrets) {
    try {
      const event = await deps.stripe.webhooks.constructEventAsync(
        body,
        signature ?? "",
        secret,
        TOLERANCE_SECONDS,
        provider,
      );
      return Event.parse(event);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) continue;
      throw new Problem("webhook_body_invalid", 400, "The signed body is not a Stripe event.", { cause: error });
    }
  }
  throw new Problem("webhook_signature_invalid", 400, "The signature does not belong to this body, or is too old.", {
    hint: "Check that STRIPE_WEBHOOK_SECRETS holds this endpoint's secret and that the clock is right.",
  });
}

// Stripe's library refuses what is too old only; a signature dated ahead could be replayed for as long as it is ahead.
function isFromTheFuture(signature: string | null): boolean {
  const times = [...(signature ?? "").matchAll(/(?:^|,)\s*t=(\d+)/g)].map((match) => Number(match[1]));
  return times.some((time) => time > Date.now() / 1000 + TOLERANCE_SECONDS);
}
