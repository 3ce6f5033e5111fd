import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { offered } from "../_shared/payments/offered.ts";
import type { OpenedFields, PaymentProvider } from "../_shared/payments/provider.ts";
import { Problem } from "../_shared/problem.ts";
import { providerProblem } from "../_shared/provider-problem.ts";
import { readPaymentWish } from "../_shared/read-payment-wish.ts";
import { requestId } from "../_shared/request-id.ts";
import { savingCustomer } from "../_shared/saving-customer.ts";
import type { Payment, StartedPayment } from "../_shared/started-payment.ts";

/** What it needs from outside; `provider` is whose fields the page shows. */
export type CreatePaymentIntentDeps = { asUser: Database; asService: Database; provider: PaymentProvider };

/**
 * Answers POST { order_id, amount?, save_method? } with `{ order, payment, intent_id, client_secret }` for a page of the shop's own with Stripe's fields. Asked again,
 * it answers with the same intent. Nothing is paid here: only the provider's webhook, or what the reconciler retrieves, moves money state.
 */
export async function handleCreatePaymentIntent(request: Request, deps: CreatePaymentIntentDeps): Promise<Response> {
  const { save_method, ...wish } = await readPaymentWish(request);
  const id = requestId(request);
  if (wish.method) {
    throw new Problem("invalid_body", 400, "A payment intent has no other method.", {
      hint: "Leave method out, or call checkout.",
    });
  }
  const fields = offered(deps.provider, "fields");
  const idempotency_key = request.headers.get("idempotency-key");
  const parameters = { ...wish, method: "payment_intent", save_method: save_method ?? false, idempotency_key };
  const started = await callVerb<StartedPayment>(deps.asUser, "start_payment", parameters, id);
  await failpoint("intent.started", wish.order_id);
  const { session_id } = started;
  if (session_id) return answer(started, started.payment, await reaching(() => fields.retrieve(session_id)));

  const customerId = save_method ? await savingCustomer(deps, id) : null;
  const intent = await reaching(() => fields.open({ started, customerId }));
  await failpoint("intent.opened", wish.order_id);
  const payment = await attach(started, intent, id, deps);
  await failpoint("intent.attached", wish.order_id);
  return answer(started, payment, intent);
}

async function reaching(ask: () => Promise<OpenedFields>): Promise<OpenedFields> {
  try {
    return await ask();
  } catch (error) {
    throw providerProblem(error);
  }
}

async function attach(
  started: StartedPayment,
  intent: OpenedFields,
  id: string,
  deps: CreatePaymentIntentDeps,
): Promise<Payment> {
  const payment = await callVerb<Payment>(
    deps.asService,
    "attach_payment_session",
    { payment_id: started.payment.id, session_id: intent.id, url: null, expires_at: heldUntil(started) },
    id,
  );
  if (payment.status === "pending") return payment;
  // The order ended while the intent was being opened: nobody must pay it.
  await deps.provider.close(intent.id).catch(() => undefined);
  throw new Problem("order_not_payable", 409, "The order ended while its payment was being opened.", {
    hint: "Read the order; place a new one if it ended.",
  });
}

// An order that was delivered before it is paid in full holds nothing, so its intent stays open.
function heldUntil({ order }: StartedPayment): string | null {
  return order.status === "pending" ? order.expires_at : null;
}

function answer({ order }: StartedPayment, payment: Payment, intent: OpenedFields): Response {
  const { id: intent_id, client_secret } = intent;
  return Response.json({ order, payment, intent_id, client_secret }, { headers: { "cache-control": "no-store" } });
}
