import { type Decline, StripeFailure } from "../stripe-errors.ts";

/** What a test payment method does when it is charged. */
export interface TestMethod {
  brand: string;
  last4: string;
  decline: Decline | null;
  /** Asks the buyer for a confirmation at the bank first. */
  needs_action?: true;
  /** What becomes of a refund; "succeeds" when left out. */
  refund?: "fails_later" | "succeeds_later";
  disputed?: true;
  /** Can be kept for a customer although it is declined when it is charged. */
  saves?: true;
}

const GENERIC = "Your card was declined.";

function declining(code: string, declineCode: string | null, message: string, last4: string): TestMethod {
  return {
    brand: "visa",
    last4,
    decline: { code, ...(declineCode !== null && { decline_code: declineCode }), message },
  };
}

const GOOD = { brand: "visa", last4: "4242", decline: null };

// Names and refusals of Stripe's test cards, as its testing page lists them.
const METHODS: Record<string, TestMethod> = {
  pm_card_visa: GOOD,
  pm_card_visa_debit: { ...GOOD, last4: "5556" },
  pm_card_mastercard: { brand: "mastercard", last4: "4444", decline: null },
  pm_card_amex: { brand: "amex", last4: "8431", decline: null },
  pm_card_jcb: { brand: "jcb", last4: "0505", decline: null },
  pm_card_unionpay: { brand: "unionpay", last4: "0005", decline: null },
  pm_card_authenticationRequired: { ...GOOD, last4: "3184", needs_action: true },
  pm_card_createDispute: { ...GOOD, last4: "0259", disputed: true },
  pm_card_pendingRefund: { ...GOOD, last4: "7726", refund: "succeeds_later" },
  pm_card_refundFail: { ...GOOD, last4: "5126", refund: "fails_later" },
  pm_card_chargeCustomerFail: { ...declining("card_declined", "generic_decline", GENERIC, "0341"), saves: true },
  pm_card_chargeDeclined: declining("card_declined", "generic_decline", GENERIC, "0002"),
  pm_card_chargeDeclinedInsufficientFunds: declining(
    "card_declined",
    "insufficient_funds",
    "Your card has insufficient funds.",
    "9995",
  ),
  pm_card_chargeDeclinedLostCard: declining("card_declined", "lost_card", GENERIC, "9987"),
  pm_card_chargeDeclinedStolenCard: declining("card_declined", "stolen_card", GENERIC, "9979"),
  pm_card_chargeDeclinedFraudulent: declining("card_declined", "fraudulent", GENERIC, "0019"),
  pm_card_chargeDeclinedExpiredCard: declining("expired_card", null, "Your card has expired.", "0069"),
  pm_card_chargeDeclinedIncorrectCvc: declining(
    "incorrect_cvc",
    null,
    "Your card's security code is incorrect.",
    "0127",
  ),
  pm_card_chargeDeclinedProcessingError: declining(
    "processing_error",
    null,
    "An error occurred while processing your card. Try again in a little bit.",
    "0119",
  ),
  pm_card_chargeDeclinedVelocityLimitExceeded: declining(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    "6975",
  ),
};

/** Whether a name is one of Stripe's test payment methods that the simulator knows. */
export function knowsTestMethod(name: string): boolean {
  return canonicalName(name) in METHODS;
}

/** The test payment method of that name, or Stripe's `resource_missing`. */
export function testMethod(name: string): TestMethod {
  const method = METHODS[canonicalName(name)];
  if (method === undefined) {
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code: "resource_missing",
      message: `No such PaymentMethod: '${name}'. The simulator knows: ${Object.keys(METHODS).join(", ")}.`,
      param: "payment_method",
    });
  }
  return method;
}

// Stripe names its declining cards with and without the brand.
function canonicalName(name: string): string {
  return name.replace(/^pm_card_visa_charge/, "pm_card_charge");
}
