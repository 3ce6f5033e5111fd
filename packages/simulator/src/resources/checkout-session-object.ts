import type Stripe from "stripe";
import type { Simulation } from "../simulation.ts";

/** What a new checkout session is made from. */
export interface SessionStart {
  id: string;
  amount: number;
  mode: "payment" | "subscription";
  currency: string;
  cancel_url: string | null;
  client_reference_id: string | null;
  created: number;
  customer: string | null;
  customer_creation: Stripe.Checkout.Session["customer_creation"];
  customer_email: string | null;
  expires_at: number;
  locale: string | null;
  metadata: Record<string, string>;
  submit_type: string | null;
  success_url: string;
}

/** A new checkout session on a page of the provider, open for payment. */
export function sessionObject(simulation: Simulation, start: SessionStart): Stripe.Checkout.Session {
  return {
    id: start.id,
    object: "checkout.session",
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: start.amount,
    amount_total: start.amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: start.cancel_url,
    client_reference_id: start.client_reference_id,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: start.created,
    currency: start.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: start.customer,
    customer_account: null,
    customer_creation: start.customer_creation,
    customer_details: start.customer_email === null ? null : customerDetails(start.customer_email),
    customer_email: start.customer_email,
    discounts: [],
    expires_at: start.expires_at,
    integration_identifier: null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: start.locale,
    managed_payments: null,
    metadata: start.metadata,
    mode: start.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: "if_required",
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    payment_method_types: ["card"],
    payment_status: start.amount === 0 ? "no_payment_required" : "unpaid",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: start.submit_type,
    subscription: null,
    success_url: start.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: "hosted_page",
    url: `${simulation.publicUrl}/pay/${start.id}`,
    wallet_options: null,
  };
}

/** What the buyer told on the page. */
export function customerDetails(email: string | null): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: "none",
    tax_ids: null,
  };
}
