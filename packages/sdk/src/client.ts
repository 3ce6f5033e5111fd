import { createClient, type SupabaseClient, type SupabaseClientOptions } from "@supabase/supabase-js";
import { personOf } from "./access-token.ts";
import { Api } from "./api.ts";
import type { Database } from "./database.types.ts";
import { GuestCart } from "./guest-cart.ts";
import { guestStorage } from "./guest-storage.ts";
import { Http } from "./http.ts";
import { Alerts } from "./resources/alerts.ts";
import { Audit } from "./resources/audit.ts";
import { Carts } from "./resources/cart.ts";
import { Catalog } from "./resources/catalog.ts";
import { Checkout } from "./resources/checkout.ts";
import { Complaints } from "./resources/complaints.ts";
import { Courses } from "./resources/courses.ts";
import { Disputes } from "./resources/disputes.ts";
import { Imports } from "./resources/imports.ts";
import { Instalments } from "./resources/instalments.ts";
import { Inventory } from "./resources/inventory.ts";
import { Invoices } from "./resources/invoices.ts";
import { Learning } from "./resources/learning.ts";
import { Ledger } from "./resources/ledger.ts";
import { Notifications } from "./resources/notifications.ts";
import { Orders } from "./resources/orders.ts";
import { Organisations } from "./resources/organisations.ts";
import { PaymentMethods } from "./resources/payment-methods.ts";
import { Payments } from "./resources/payments.ts";
import { People } from "./resources/people.ts";
import { Pricing } from "./resources/pricing.ts";
import { Processes } from "./resources/processes.ts";
import { Recommendations } from "./resources/recommendations.ts";
import { Refunds } from "./resources/refunds.ts";
import { Reports } from "./resources/reports.ts";
import { Shipments } from "./resources/shipments.ts";
import { Shipping } from "./resources/shipping.ts";
import { Subscriptions } from "./resources/subscriptions.ts";
import { Transfers } from "./resources/transfers.ts";

/** What {@link createSeatline} takes. */
export interface SeatlineOptions {
  /** The gateway, such as `http://127.0.0.1:54321` or `https://<project>.supabase.co`. */
  url: string;
  /** The publishable key; on a server that acts for the shop, the secret key. */
  key: string;
  /** Sends the requests; the platform's `fetch` when left out. */
  fetch?: typeof fetch;
  /** Where the session and a guest's cart are kept; the browser's localStorage, elsewhere memory, when left out. */
  storage?: NonNullable<SupabaseClientOptions<"public">["auth"]>["storage"];
  /** Gives an access token from elsewhere. Then `client.auth` cannot be used. */
  accessToken?: () => Promise<string | null>;
  /** Default of each call's `timeoutMs`, in ms. 30 000 when left out. */
  timeoutMs?: number;
  /** How often a call that may be repeated is sent again. 2 when left out. */
  maxRetries?: number;
}

/** A client of one Seatline backend: one property per domain. */
export interface Seatline {
  catalog: Catalog;
  courses: Courses;
  cart: Carts;
  orders: Orders;
  checkout: Checkout;
  invoices: Invoices;
  imports: Imports;
  learning: Learning;
  organisations: Organisations;
  complaints: Complaints;
  paymentMethods: PaymentMethods;
  people: People;
  notifications: Notifications;
  instalments: Instalments;
  inventory: Inventory;
  pricing: Pricing;
  processes: Processes;
  payments: Payments;
  recommendations: Recommendations;
  refunds: Refunds;
  reports: Reports;
  shipments: Shipments;
  disputes: Disputes;
  ledger: Ledger;
  shipping: Shipping;
  alerts: Alerts;
  audit: Audit;
  subscriptions: Subscriptions;
  transfers: Transfers;
  /** Supabase Auth: sign-up, sign-in, sign-out, one-time passwords. */
  auth: SupabaseClient<Database>["auth"];
  /** The supabase-js client underneath, for what has no resource here. It has its own errors and repeats. */
  supabase: SupabaseClient<Database>;
}

/** Makes a client. Nothing is sent until the first call. */
export function createSeatline(options: SeatlineOptions): Seatline {
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const supabase = createClient<Database>(options.url, options.key, {
    global: { fetch: send },
    ...(options.accessToken ? { accessToken: options.accessToken } : {}),
    ...(options.storage ? { auth: { storage: options.storage } } : {}),
  });
  const accessToken = options.accessToken ?? (() => sessionToken(supabase));
  const http = new Http({
    url: options.url.replace(/\/+$/, ""),
    fetch: send,
    credentials: async () => credentials(options.key, await accessToken()),
    maxRetries: options.maxRetries ?? 2,
    timeoutMs: options.timeoutMs ?? 30_000,
  });
  const api = new Api(http);
  const person = async () => personOf(await accessToken());
  const signedIn = async () => {
    const token = await accessToken();
    return token === null ? null : personOf(token);
  };
  const cart = new Carts(api, new GuestCart(api, guestStorage(options.storage)), signedIn);
  return {
    cart,
    catalog: new Catalog(api, options.url),
    courses: new Courses(api),
    orders: new Orders(api, cart),
    checkout: new Checkout(api),
    invoices: new Invoices(api, options.url),
    imports: new Imports(api, options.url),
    learning: new Learning(api, options.url, send),
    organisations: new Organisations(api),
    complaints: new Complaints(api, options.url),
    paymentMethods: new PaymentMethods(api, person),
    people: new People(api, person),
    notifications: new Notifications(api, person),
    instalments: new Instalments(api),
    inventory: new Inventory(api),
    pricing: new Pricing(api),
    processes: new Processes(api),
    ledger: new Ledger(api),
    alerts: new Alerts(api),
    audit: new Audit(api),
    recommendations: new Recommendations(api),
    refunds: new Refunds(api),
    reports: new Reports(api),
    shipments: new Shipments(api),
    disputes: new Disputes(api),
    shipping: new Shipping(api),
    subscriptions: new Subscriptions(api),
    transfers: new Transfers(api, options.url, send),
    payments: new Payments(api),
    get auth() {
      return supabase.auth;
    },
    supabase,
  };
}

async function sessionToken(supabase: SupabaseClient<Database>): Promise<string | null> {
  const { data } = await supabase.auth.getSession();
  return data.session?.access_token ?? null;
}

function credentials(key: string, accessToken: string | null): Record<string, string> {
  // Keys of today's form are no tokens and go into `apikey` only; older keys are tokens and also speak for a caller without a session.
  const bearer = accessToken ?? (key.startsWith("sb_") ? null : key);
  return { apikey: key, ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) };
}
