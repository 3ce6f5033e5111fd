import { createHmac, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { ewalletProvider } from "../../supabase/functions/_shared/payments/ewallet-provider.ts";
import type {
  KnownPayment,
  PaymentProvider,
  ProviderEvent,
} from "../../supabase/functions/_shared/payments/provider.ts";
import { stripeProvider } from "../../supabase/functions/_shared/payments/stripe-provider.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { useDatabase } from "../support/database.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { wishFor } from "./page-wish.ts";
import { openSale, PRICE, type Sale, startPayment } from "./sale.ts";

type Delivery = { path: string; body: string; headers: Headers };
/** One provider, and what its buyers do there. */
type Kind = {
  provider: PaymentProvider;
  secret: string;
  header: string;
  sign(body: string, secret: string, seconds: number): string | Promise<string>;
  deed(id: string, deed: "pay" | "decline" | "expire"): Promise<Response>;
};

const database = useDatabase();
const SECRET = { stripe: "whsec_contract", ewallet: "ewallet_contract" };
const kinds = {} as Record<"stripe" | "ewallet", Kind>;
let simulator: Simulator;
let sink: Server;
let deliveries: Delivery[] = [];

beforeAll(async () => {
  sink = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      deliveries.push({
        path: request.url ?? "",
        body,
        headers: new Headers(request.headers as Record<string, string>),
      });
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const shop = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  simulator = await startSimulator({
    settings: {
      delay_ms: [1, 5],
      webhook_url: `${shop}/stripe`,
      webhook_secret: SECRET.stripe,
      webhook_events: ["*"],
      ewallet_webhook_url: `${shop}/ewallet`,
      ewallet_webhook_secret: SECRET.ewallet,
    },
  });
  const control = (path: string) => fetch(`${simulator.url}/simulator/${path}`, { method: "POST" });
  const stripe = createStripe({ STRIPE_SECRET_KEY: "sk_test_contract", STRIPE_API_BASE: simulator.url });
  kinds.stripe = {
    provider: stripeProvider(stripe, ["whsec_new", SECRET.stripe]),
    secret: SECRET.stripe,
    header: "stripe-signature",
    sign: (payload, secret, timestamp) => Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp }),
    deed: (id, deed) => control(`sessions/${id}/${deed}`),
  };
  kinds.ewallet = {
    provider: ewalletProvider({
      base: `${simulator.url}/ewallet/v1`,
      key: "ew_contract",
      secrets: ["ewallet_new", SECRET.ewallet],
    }),
    secret: SECRET.ewallet,
    header: "ewallet-signature",
    sign: (body, secret, seconds) =>
      `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`,
    deed: (id, deed) => control(`ewallet/${id}/${deed === "pay" ? "approve" : deed}`),
  };
});
afterAll(async () => {
  await simulator?.stop();
  sink?.close();
});
beforeEach(() => {
  deliveries = [];
});

const known = (id: string, status = "pending"): KnownPayment => ({ session_id: id, provider_payment_id: null, status });

/** Every delivery so far, read as the webhook reads it, oldest first. */
async function told({ provider }: Kind): Promise<ProviderEvent[]> {
  const own = deliveries.filter(({ path }) => path === `/${provider.name}`);
  return Promise.all(own.map(({ body, headers }) => provider.readWebhook(body, headers)));
}
const about = (events: ProviderEvent[], prefix: string) => events.filter(({ type }) => type.startsWith(prefix));
const stateOf = (event: ProviderEvent | null | undefined) => {
  const { status, payment_status, amount_total, currency, client_reference_id, metadata } = (event?.data.object ??
    {}) as Record<string, unknown>;
  return { status, payment_status, amount_total, currency, client_reference_id, metadata };
};

describe.each(["stripe", "ewallet"] as const)("the provider %s", (name) => {
  const kind = () => kinds[name];
  const opened = async (wish = wishFor()) => ({ wish, page: await kind().provider.openPage(wish) });
  /** A payment that succeeded, with the event that says so. */
  const paidOne = async (wish = wishFor()) => {
    const { page } = await opened(wish);
    expect((await kind().deed(page.id, "pay")).status).toBe(200);
    await expect
      .poll(async () => (await kind().provider.retrieve(known(page.id)))?.data.object.payment_status)
      .toBe("paid");
    const event = (await kind().provider.retrieve(known(page.id))) as ProviderEvent;
    return { page, event, capture: String(event.data.object.payment_intent) };
  };

  test("opens a page that a person can look at, and the same one for the same attempt", async () => {
    const { wish, page } = await opened();
    expect((await fetch(page.url)).status).toBe(200);
    expect(Date.parse(page.expires_at)).toBeGreaterThan(Date.now());
    expect(await kind().provider.openPage(wish)).toEqual(page);
    expect(await kind().provider.retrieve(known(page.id))).toBeNull();
  });

  test("says by webhook, when asked and in its list that a payment succeeded, and means the same", async () => {
    const since = new Date();
    const wish = wishFor();
    const { page, event } = await paidOne(wish);
    const { order, payment } = wish.started;
    expect(stateOf(event)).toEqual({
      status: "complete",
      payment_status: "paid",
      amount_total: PRICE,
      currency: "idr",
      client_reference_id: order.id,
      metadata: { order_id: order.id, payment_id: payment.id },
    });
    const isIt = ({ data }: ProviderEvent) => data.object.id === page.id && data.object.payment_status === "paid";
    await expect.poll(async () => (await told(kind())).filter(isIt).length).toBe(1);
    const [delivered] = (await told(kind())).filter(isIt);
    expect(stateOf(delivered)).toEqual(stateOf(event));
    const listed: ProviderEvent[] = [];
    for await (const entry of kind().provider.listEvents(since)) listed.push(entry);
    expect(listed.filter(isIt).map(({ id, type }) => `${id} ${type}`)).toEqual([`${delivered?.id} ${delivered?.type}`]);
  });

  test("decides amounts that end in 99 and 11 by itself", async () => {
    for (const [amount, status] of [
      [PRICE + 99, "paid"],
      [PRICE + 11, "unpaid"],
    ] as const) {
      const { page } = await opened(wishFor(undefined, amount));
      const end = async () => {
        const event = await kind().provider.retrieve(known(page.id));
        return event && `${event.data.object.payment_status} ${event.type.split(".").at(-1)}`;
      };
      await expect.poll(end).toMatch(status === "paid" ? /^paid / : /^unpaid async_payment_failed$/);
    }
  });

  test("says that a buyer declined, and takes nothing", async () => {
    const { page } = await opened();
    expect((await kind().deed(page.id, "decline")).status).toBe(200);
    // Stripe's page stays open for another card; the wallet's is over.
    const declined = (events: ProviderEvent[]) =>
      events.some(
        ({ type }) => type === "payment_intent.payment_failed" || type === "checkout.session.async_payment_failed",
      );
    await expect.poll(async () => declined(await told(kind()))).toBe(true);
    expect((await kind().provider.retrieve(known(page.id)))?.data.object.payment_status ?? "unpaid").toBe("unpaid");
  });

  test.each(["by the shop", "by the clock"])("says that a page was left and closed %s", async (how) => {
    const { page } = await opened();
    if (how === "by the clock") expect((await kind().deed(page.id, "expire")).status).toBe(200);
    else expect(await kind().provider.close(page.id)).toBe(true);
    const event = await kind().provider.retrieve(known(page.id));
    expect(stateOf(event)).toMatchObject({ status: "expired", payment_status: "unpaid" });
    expect(await kind().provider.close(page.id)).toBe(false);
    await expect.poll(async () => about(await told(kind()), "checkout.session.expired").length).toBe(1);
  });

  test("gives back a part, then the rest, each once however often it is asked, and no more", async () => {
    const paidFor = wishFor();
    const { capture } = await paidOne(paidFor);
    const { provider } = kind();
    const orderId = paidFor.started.order.id;
    const wish = (amount: number, id = randomUUID() as string) => ({
      id,
      attempt: 1,
      order_id: orderId,
      provider_payment_id: capture,
      amount,
      maybe_sent: false,
    });
    const part = wish(1000);
    const first = await provider.refund(part);
    expect((await provider.refund(part)).id).toBe(first.id);
    expect((await provider.refund({ ...part, maybe_sent: true })).id, "after its key was forgotten").toBe(first.id);
    await provider.refund(wish(PRICE - 1000));
    await expect.poll(async () => (await provider.retrieveRefund(first.id)).status).toBe("success");
    await expect(provider.refund(wish(1))).rejects.toMatchObject({ name: "ProviderRefusal" });
    await expect(provider.refund({ ...wish(1), provider_payment_id: "nothing_like_it" })).rejects.toMatchObject({
      name: "ProviderRefusal",
    });
    const ours = (events: ProviderEvent[]) =>
      about(events, "refund.").filter(
        ({ data }) =>
          data.object.status === "succeeded" && (data.object.metadata as { refund_id?: string }).refund_id === part.id,
      );
    await expect.poll(async () => ours(await told(kind())).length).toBeGreaterThan(0);
    expect(ours(await told(kind()))[0]?.data.object).toMatchObject({
      id: first.id,
      payment_intent: capture,
      amount: 1000,
      currency: "idr",
      metadata: { order_id: orderId },
    });
  });

  test("is away, not refusing, when nobody answers", async () => {
    const away =
      name === "stripe"
        ? stripeProvider(createStripe({ STRIPE_SECRET_KEY: "sk_test_away", STRIPE_API_BASE: "http://127.0.0.1:9" }), [])
        : ewalletProvider({ base: "http://127.0.0.1:9", key: "k", secrets: [] });
    for (const ask of [() => away.openPage(wishFor()), () => away.retrieve(known("cs_1")), () => away.close("cs_1")]) {
      const error = await Promise.resolve(ask()).catch((reason: Error) => reason);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).name).not.toBe("ProviderRefusal");
    }
  });

  describe("a delivery", () => {
    const body = JSON.stringify({ id: "e_1", type: "unheard.of", data: { object: { id: "x" } } });
    const now = () => Math.floor(Date.now() / 1000);
    const from = (signature: string | null) => new Headers(signature === null ? {} : { [kind().header]: signature });
    const read = async (signature: string | null, sent = body) => kind().provider.readWebhook(sent, from(signature));
    const signed = (secret = kind().secret, ago = 0) => kind().sign(body, secret, now() - ago);
    const retired = name === "stripe" ? "whsec_old" : "ewallet_old";
    type Read = PaymentProvider["readWebhook"];
    const refusesForgery = async (readIt: Read, signature: string | null, sent = body) =>
      expect(Promise.resolve(readIt(sent, from(signature)))).rejects.toMatchObject({
        code: "webhook_signature_invalid",
        status: 400,
      });
    const forgeries: [string, (readIt: Read) => Promise<void>][] = [
      ["is not signed", async (readIt) => refusesForgery(readIt, null)],
      ["is signed by a stranger", async (readIt) => refusesForgery(readIt, await signed("a stranger"))],
      ["is signed with a secret that was retired", async (readIt) => refusesForgery(readIt, await signed(retired))],
      ["was altered", async (readIt) => refusesForgery(readIt, await signed(), `${body} `)],
      ["is 301 seconds old", async (readIt) => refusesForgery(readIt, await signed(undefined, 302))],
      ["is 301 seconds ahead", async (readIt) => refusesForgery(readIt, await signed(undefined, -302))],
      ["has a signature of another form", async (readIt) => refusesForgery(readIt, "t=1,v1=zz")],
    ];

    test("is read when it is signed, with the old secret and the new one", async () => {
      for (const secret of [kind().secret, name === "stripe" ? "whsec_new" : "ewallet_new"])
        expect(await read(await signed(secret))).toMatchObject({ id: "e_1" });
    });

    test.each(forgeries)("that %s is refused", async (_what, check) => {
      await check((sent, headers) => kind().provider.readWebhook(sent, headers));
    });

    test.each(forgeries)("that %s is noticed where it is trusted", async (_what, check) => {
      const trusting: Read = async (sent) => JSON.parse(sent);
      await expect(check(trusting)).rejects.toMatchObject({ name: "AssertionError" });
    });

    test.each([
      "{",
      "[]",
      '{"id":1,"type":"x","data":{"object":{}}}',
      '{"id":"e","type":"payment.succeeded","data":{}}',
    ])("whose signed body is %s is refused", async (sent) => {
      const signature = await kind().sign(sent, kind().secret, now());
      await expect(read(signature, sent)).rejects.toMatchObject({ code: "webhook_body_invalid", status: 400 });
    });
  });

  describe("in the inbox", () => {
    /** An order whose attempt is by this provider, with its page attached. */
    const sale = async (sql: Parameters<typeof openSale>[0]): Promise<Sale> => {
      const made = await openSale(sql);
      if (name === "ewallet") {
        await sql`update public.payments set provider = 'ewallet', method = 'ewallet', session_id = null where id = ${made.paymentId}`;
      }
      const page = await kind().provider.openPage(wishFor(made));
      await sql`update public.payments set session_id = ${page.id} where id = ${made.paymentId}`;
      return { ...made, sessionId: page.id };
    };
    const finished = async ({ sessionId }: Sale) => {
      await kind().deed(sessionId, "pay");
      const find = () => kind().provider.retrieve(known(sessionId));
      await expect.poll(async () => (await find())?.data.object.payment_status).toBe("paid");
      return (await find()) as ProviderEvent;
    };
    const lie = (event: ProviderEvent, changes: Record<string, unknown>): ProviderEvent => ({
      ...event,
      id: randomUUID(),
      data: { object: { ...event.data.object, ...changes } },
    });

    test("a paid event pays the order once, whichever way it came", () =>
      database.rolledBack(async (sql) => {
        const made = await sale(sql);
        const event = await finished(made);
        expect(await deliver(sql, event as never, name)).toBe("applied");
        expect(await deliver(sql, event as never, name)).toBe("duplicate");
        expect(await deliver(sql, lie(event, {}) as never, name)).toBe("ignored");
        expect(await outcomeOf(sql, made)).toMatchObject({
          order: "paid",
          payments: [`success ${PRICE} 0`],
          enrollments: ["active"],
        });
      }));

    test.each([
      ["amount", { amount_total: PRICE - 1 }, { cash_in_transit: PRICE - 1, receivable: 1 - PRICE }],
      ["currency", { currency: "usd" }, { cash_in_transit: PRICE, receivable: -PRICE }],
      ["order", { client_reference_id: randomUUID() }, {}],
    ])("another %s than was asked for is put before a person", (_what, changes, ledger) =>
      database.rolledBack(async (sql) => {
        const made = await sale(sql);
        const event = lie(await finished(made), changes);
        expect(await deliver(sql, event as never, name)).toBe("needs_review");
        expect(await outcomeOf(sql, made)).toMatchObject({ order: "needs_review", ledger });
      }),
    );

    test("one provider cannot say that a payment of the other one succeeded", () =>
      database.rolledBack(async (sql) => {
        const made = await sale(sql);
        const event = await finished(made);
        const other = name === "stripe" ? "ewallet" : "stripe";
        expect(await deliver(sql, event as never, other)).toBe("needs_review");
        expect(await outcomeOf(sql, made)).toMatchObject({ order: "pending", ledger: {} });
      }));
  });
});

test("asking for an e-wallet opens an attempt by it, and closes the card's", () =>
  database.rolledBack(async (sql) => {
    const made = await openSale(sql);
    await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: made.customerId, role: "authenticated" })}, true)`;
    const [row] = await sql`select private.start_payment(${made.orderId}, 'ewallet', null) as started`;
    expect(row?.started.payment).toMatchObject({ provider: "ewallet", method: "ewallet", attempt: 2 });
    expect((await outcomeOf(sql, made)).payments).toEqual(["cancelled 0 0", "pending 0 0"]);
    expect(await startPayment(sql, made)).not.toBe(row?.started.payment.id);
  }));
