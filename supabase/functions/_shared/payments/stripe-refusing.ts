import Stripe from "stripe";
import { ProviderRefusal } from "./provider.ts";

/** Asks Stripe something; that it understood and says no becomes a ProviderRefusal, a declined card too. */
export async function refusing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError))
      throw error;
    throw new ProviderRefusal(error.code ?? "invalid_request", error.message, error);
  }
}
