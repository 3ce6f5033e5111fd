import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type SimulatorOptions, startSimulator } from "../../packages/simulator/src/index.ts";
import type { truth } from "../../packages/simulator/src/truth.ts";
import { openShop, SECRET, type Shop } from "./shop.ts";
import { until } from "./until.ts";

/** What the simulator says really happened. */
export type Truth = ReturnType<typeof truth>;

/** The simulator, the official client that speaks to it, and the shop that it tells. */
export interface Provider {
  url: string;
  stripe: Stripe;
  shop: Shop;
  /** A session over 150,000.00 rupiah for order "order-1", or with other parameters. */
  session(
    change?: Partial<Stripe.Checkout.SessionCreateParams> & { amount?: number },
    options?: Stripe.RequestOptions,
  ): Promise<Stripe.Checkout.Session>;
  /** Calls the control API; the body goes and comes as JSON. */
  control<Answer = unknown>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }>;
  truth(): Promise<Truth>;
  /** Waits until every delivery has arrived or ended otherwise. */
  delivered(): Promise<void>;
}

/** Parameters of a session as the shop sends them. */
export function sessionParameters(amount = 15_000_000): Stripe.Checkout.SessionCreateParams {
  const metadata = { order_id: "order-1", payment_id: "payment-1" };
  return {
    mode: "payment",
    line_items: [
      { price_data: { currency: "idr", unit_amount: amount, product_data: { name: "Batik course" } }, quantity: 1 },
    ],
    success_url: "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
    cancel_url: "https://shop.example/cart",
    client_reference_id: "order-1",
    customer_email: "learner@example.com",
    metadata,
    payment_intent_data: { metadata },
  };
}

/** A client of the simulator at this address. */
export function clientOf(url: string, key = "sk_test_of_the_simulator"): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: "http", maxNetworkRetries: 0 });
}

/** One simulator and one shop per test file, both emptied before each test. */
export function useProvider(options: SimulatorOptions = {}): Provider {
  const provider = {} as Provider;
  let stop: () => Promise<void> = async () => {};

  beforeAll(async () => {
    const shop = await openShop();
    const simulator = await startSimulator({
      ...options,
      settings: {
        webhook_url: shop.url,
        webhook_secret: SECRET,
        webhook_events: ["*"],
        delay_ms: [40, 120],
        retry_ms: [10, 40],
        ...options.settings,
      },
    });
    stop = async () => {
      await simulator.stop();
      await shop.close();
    };
    const stripe = clientOf(simulator.url);
    Object.assign(provider, {
      url: simulator.url,
      stripe,
      shop,
      session: ({ amount, ...change } = {}, requestOptions) =>
        stripe.checkout.sessions.create({ ...sessionParameters(amount), ...change }, requestOptions),
      control: async (method, path, body) => {
        const response = await fetch(simulator.url + path, {
          method,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: await response.json() };
      },
      truth: async () => (await provider.control<Truth>("GET", "/simulator/truth")).body,
      delivered: async () => {
        type Status = { pending_deliveries: number };
        await until("deliveries to arrive", async () => {
          const { body } = await provider.control<Status>("GET", "/simulator/status");
          return body.pending_deliveries === 0;
        });
      },
    } as Provider);
  });

  beforeEach(async () => {
    await provider.control("POST", "/simulator/reset");
    provider.shop.arrivals.length = 0;
  });

  afterAll(() => stop());
  return provider;
}

/** The error that a call ends with. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return call.then(
    () => {
      throw new Error("the call was not refused");
    },
    (error: unknown) => {
      if (error instanceof Stripe.errors.StripeError) return error;
      throw error;
    },
  );
}
