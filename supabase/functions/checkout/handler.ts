import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { offered } from "../_shared/payments/offered.ts";
import type { PaymentProviders } from "../_shared/payments/open-providers.ts";
import type { OpenedPage, PaymentProvider } from "../_shared/payments/provider.ts";
import { Problem } from "../_shared/problem.ts";
import { providerProblem } from "../_shared/provider-problem.ts";
import { readPaymentWish } from "../_shared/read-payment-wish.ts";
import { requestId } from "../_shared/request-id.ts";
import { savingCustomer } from "../_shared/saving-customer.ts";
import type { Payment, StartedPayment } from "../_shared/started-payment.ts";

/** What a checkout needs from outside; `storefrontUrl` is where the buyer returns to. */
export type CheckoutDeps = {
  asUser: Database;
  asService: Database;
  providers: PaymentProviders;
  storefrontUrl: string;
  now: () => number;
};

/**
 * Answers POST { order_id, amount?, method?, save_method? } with `{ order, payment }`, where `payment.url` is the page to pay on: Stripe's, or with method ewallet
 * the e-wallet's; without `amount` it asks for what is due.
 * Asked again, it answers with the same open page. Nothing is paid here: only the provider's webhook moves money state.
 */
export async function handleCheckout(request: Request, deps: CheckoutDeps): Promise<Response> {
  const id = requestId(request);
  const { save_method, ...wish } = await readPaymentWish(request);

  const provider = wish.method === "ewallet" ? deps.providers.ewallet : deps.providers.stripe;
  if (!provider) {
    throw new Problem("payment_method_unavailable", 422, "This shop takes no payments by e-wallet.", {
      hint: "Leave method out, or ask the shop.",
    });
  }
  if (save_method) offered(provider, "savedMethods");
  const idempotency_key = request.headers.get("idempotency-key");
  const start = () =>
    callVerb<StartedPayment>(
      deps.asUser,
      "start_payment",
      { ...wish, save_method: save_method ?? false, idempotency_key },
      id,
    );
  const started = await start();
  await failpoint("checkout.started", wish.order_id);
  // The database says whether an attempt is still open; a repeated key is answered with its page even when that has ended.
  if (started.payment.checkout_url) return answer(started);

  const customerId = save_method ? await savingCustomer({ ...deps, provider }, id) : null;
  const page = await openPage(provider, started, customerId, deps);
  await failpoint("checkout.opened", wish.order_id);
  const attached = await attach(provider, started, page, start, id, deps);
  await failpoint("checkout.attached", wish.order_id);
  return answer(attached);
}

async function openPage(
  provider: PaymentProvider,
  started: StartedPayment,
  customerId: string | null,
  deps: CheckoutDeps,
): Promise<OpenedPage> {
  const returnTo = `${deps.storefrontUrl.replace(/\/+$/, "")}/orders/${started.order.id}`;
  try {
    return await provider.openPage({ started, customerId, returnTo, nowSeconds: Math.floor(deps.now() / 1000) });
  } catch (error) {
    throw providerProblem(error);
  }
}

async function attach(
  provider: PaymentProvider,
  started: StartedPayment,
  session: OpenedPage,
  start: () => Promise<StartedPayment>,
  id: string,
  deps: CheckoutDeps,
): Promise<StartedPayment> {
  try {
    const payment = await callVerb<Payment>(
      deps.asService,
      "attach_payment_session",
      { payment_id: started.payment.id, session_id: session.id, url: session.url, expires_at: session.expires_at },
      id,
    );
    // A quick provider may have said how it went before its page was written down.
    if (payment.status !== "cancelled" && payment.status !== "expired") return { ...started, payment };
    // The order was cancelled or expired while the page was being opened: nobody must pay there.
    await provider.close(session.id).catch(() => undefined);
    throw new Problem("order_not_payable", 409, "The order ended while its payment was being opened.", {
      hint: "Read the order; place a new one if it ended.",
    });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "payment_session_conflict") throw error;
    // Another request of the same buyer opened a session first: that one counts, this one was never shown to anybody.
    await provider.close(session.id).catch(() => undefined);
    const current = await start();
    if (current.payment.checkout_url) return current;
    throw error;
  }
}

function answer({ order, payment }: StartedPayment): Response {
  return Response.json({ order, payment: { ...payment, url: payment.checkout_url } });
}
