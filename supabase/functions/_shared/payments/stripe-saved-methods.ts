import Stripe from "stripe";
import type { ChargeAnswer, ChargeWish, ProviderEvent, SavedMethods, SavingPerson } from "./provider.ts";
import { toFields } from "./stripe-fields.ts";
import { refusing } from "./stripe-refusing.ts";

/** Customers and what they keep at Stripe. */
export function stripeSavedMethods(stripe: Stripe): SavedMethods {
  return {
    customer: (person) => refusing(() => customer(stripe, person)),
    setUp: (id, key) => refusing(() => setUp(stripe, id, key)),
    list: (id) =>
      refusing(async () => (await stripe.paymentMethods.list({ customer: id, limit: 100 })).data.map(ofMethod)),
    detach: (id) => detach(stripe, id),
    charge: (wish) => charge(stripe, wish),
  };
}

// The key is the person with what is told of them, so that two requests at once get the same customer.
async function customer(stripe: Stripe, { person_id, email, name }: SavingPerson): Promise<string> {
  const facts = { ...(email ? { email } : {}), ...(name ? { name } : {}), metadata: { person_id } };
  const idempotencyKey = `customer_${person_id}_${await digest(JSON.stringify(facts))}`;
  return (await stripe.customers.create(facts, { idempotencyKey })).id;
}

// The caller's key belongs to the customer; Stripe gives the same intent for a day.
async function setUp(stripe: Stripe, id: string, key: string | null) {
  const parameters = { customer: id, usage: "off_session", automatic_payment_methods: { enabled: true } } as const;
  const options = key === null ? {} : { idempotencyKey: `setup_${id}_${await digest(key)}` };
  return toFields(await stripe.setupIntents.create(parameters, options));
}

function ofMethod(method: Stripe.PaymentMethod): ProviderEvent {
  const object = method as unknown as ProviderEvent["data"]["object"];
  return { id: `reconcile_${method.id}_attached`, type: "payment_method.reconciled", data: { object } };
}

async function detach(stripe: Stripe, id: string): Promise<boolean> {
  try {
    await stripe.paymentMethods.detach(id);
    return true;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    return false;
  }
}

// The key is the payment, so that no repetition and no second worker charges twice; Stripe forgets keys after a day, so an older one is looked for first.
async function charge(stripe: Stripe, wish: ChargeWish): Promise<ChargeAnswer> {
  try {
    const made = wish.maybe_sent ? await find(stripe, wish) : undefined;
    return told(made ?? (await create(stripe, wish)));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError))
      throw error;
    const code = error.decline_code ?? error.code ?? "payment_failed";
    return { id: error.payment_intent?.id ?? null, declined: { code, message: error.message } };
  }
}

function create(stripe: Stripe, wish: ChargeWish): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create(
    {
      amount: wish.amount,
      currency: wish.currency.toLowerCase(),
      customer: wish.provider_customer_id,
      payment_method: wish.provider_method_id,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
      off_session: true,
      confirm: true,
      description: `Order ${wish.number}`,
      metadata: { order_id: wish.order_id, payment_id: wish.payment_id },
    },
    { idempotencyKey: `charge_${wish.payment_id}` },
  );
}

async function find(stripe: Stripe, wish: ChargeWish): Promise<Stripe.PaymentIntent | undefined> {
  for await (const intent of stripe.paymentIntents.list({ customer: wish.provider_customer_id, limit: 100 })) {
    if (intent.metadata.payment_id === wish.payment_id) return intent;
  }
  return undefined;
}

function told(intent: Stripe.PaymentIntent): ChargeAnswer {
  const object = intent as unknown as ProviderEvent["data"]["object"];
  const id = `charge_${intent.id}_${intent.status}`;
  return { id: intent.id, event: { id, type: "payment_intent.charged", data: { object } } };
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
