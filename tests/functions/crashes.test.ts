import { createHmac, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { callVerb, type Database } from "../../supabase/functions/_shared/call-verb.ts";
import type { Failpoint } from "../../supabase/functions/_shared/failpoint.ts";
import { openProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import type { PaymentProvider } from "../../supabase/functions/_shared/payments/provider.ts";
import { parcelCarrier } from "../../supabase/functions/_shared/shipping/parcel-carrier.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCarrierWebhook } from "../../supabase/functions/carrier-webhook/handler.ts";
import { handleDownloadLink } from "../../supabase/functions/download-link/handler.ts";
import { handleStartSubscription } from "../../supabase/functions/start-subscription/handler.ts";
import { handleSubmitProof } from "../../supabase/functions/submit-proof/handler.ts";
import { handleUploadProof } from "../../supabase/functions/upload-proof/handler.ts";
import { again, clientOf, crashAt, neverAgain, stepsOf } from "../payments/crashing.ts";
import { openTransfer } from "../payments/transfer.ts";
import { newPlan } from "../subscriptions/subscribing.ts";
import { orderOne } from "../support/buying.ts";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { newFile, publishedProduct } from "../support/products.ts";

const database = useDatabase();
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
});
afterEach(() => {
  delete process.env.SEATLINE_FAILPOINTS_URL;
});
afterAll(() => simulator?.stop());

const stripe = () => createStripe({ STRIPE_SECRET_KEY: "sk_test_functions", STRIPE_API_BASE: simulator.url });
const post = (body: object, headers: Record<string, string> = {}) =>
  new Request("http://functions.test", { method: "POST", body: JSON.stringify(body), headers });

/** The service's client with a Storage that is a map of names. */
function withStorage(objects: Map<string, Blob>): Database {
  const bucket = {
    createSignedUploadUrl: async (name: string) => ({
      data: { signedUrl: `http://storage.test/${name}` },
      error: null,
    }),
    createSignedUrl: async (name: string) => ({ data: { signedUrl: `http://storage.test/${name}` }, error: null }),
    download: async (name: string) => {
      const data = objects.get(name);
      return data ? { data, error: null } : { data: null, error: { message: "Object not found", status: 404 } };
    },
    upload: async (name: string, bytes: Uint8Array<ArrayBuffer>) => {
      if (objects.has(name)) return { error: { message: "The resource already exists" } };
      objects.set(name, new Blob([bytes]));
      return { error: null };
    },
    remove: async (names: string[]) => {
      for (const name of names) objects.delete(name);
      return { error: null };
    },
  };
  return { ...clientOf(database, "service"), storage: { from: () => bucket } } as unknown as Database;
}

/** The header of somebody who tries again, which is the same each time. */
function sameKey() {
  const header = { "idempotency-key": randomUUID() };
  return () => header;
}

describe("a proof of payment that crashes on its way and is sent again is one", () => {
  const sent = async (start: (wish: () => Promise<Response>) => Promise<Response>, headers = sameKey()) => {
    const transfer = await openTransfer(database.sql);
    const objects = new Map<string, Blob>();
    const person = transfer.customerId;
    const deps = { asUser: clientOf(database, person), asService: withStorage(objects), personId: person };
    const submitting = { "idempotency-key": randomUUID() };
    const answer = await start(() => handleUploadProof(post({ payment_id: transfer.paymentId }, headers()), deps));
    const { proof_id: id, path } = (await answer.json()) as { proof_id: string; path: string };
    expect(path).toBe(`/incoming/${id}`);
    const proofs = () =>
      database.sql`select id, status from public.payment_proofs where payment_id = ${transfer.paymentId}`;
    return { id, objects, proofs, submit: () => handleSubmitProof(post({ proof_id: id }, submitting), deps) };
  };

  const begunOnce = async (step: Failpoint, headers = sameKey()) => {
    await crashAt(simulator, step);
    const { id, proofs } = await sent(again, headers);
    expect(await proofs()).toEqual([{ id, status: "uploading" }]);
  };
  const steps = stepsOf("proof");

  test.each(steps)("at %s", (step) => begunOnce(step));

  test("but two without the buyer's key", async () => {
    const forgetful = () => ({ "idempotency-key": randomUUID() });
    await expect(begunOnce(steps.at(-1) as Failpoint, forgetful)).rejects.toMatchObject({ name: "AssertionError" });
  });

  const submittedOnce = async (step: Failpoint, tries = again) => {
    const { id, objects, proofs, submit } = await sent((start) => start());
    objects.set(`incoming/${id}`, new Blob([PDF]));
    await crashAt(simulator, step);
    const answer = await tries(submit);
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: "submitted", byte_size: PDF.length }]);
    expect(await proofs()).toEqual([{ id, status: "submitted" }]);
    expect([...objects.keys()], "files in Storage").toEqual([id]);
    expect(await objects.get(id)?.text()).toBe(PDF.toString());
  };

  test.each(stepsOf("upload"))("at %s", (step) => submittedOnce(step));

  test("but is not before staff when nobody sends it again", async () => {
    const first = stepsOf("upload")[0] as Failpoint;
    await expect(submittedOnce(first, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a link to a file that crashes and is asked for again counts as one download", () => {
  const usedOnce = async (step: (typeof steps)[number], headers: () => Record<string, string>) => {
    const customer = await newCustomer(database.sql);
    const book = await publishedProduct(database.sql, { kind: "digital", price: 0 });
    await newFile(database.sql, book.productId, { max_downloads: 3 });
    await orderOne(database.sql, customer, book.variantIds[0] as string);
    const [download] = await database.sql`select id from public.downloads where customer_id = ${customer}`;
    const deps = { asUser: clientOf(database, customer), asService: withStorage(new Map()), now: () => Date.now() };
    await crashAt(simulator, step);
    const answer = await again(() => handleDownloadLink(post({ download_id: download?.id }, headers()), deps));
    expect(await answer.json()).toMatchObject({ used_count: 1, path: expect.any(String) });
  };
  const steps = stepsOf("download");
  const key = { "idempotency-key": randomUUID() };

  test.each(steps)("at %s", (step) => {
    const own = { "idempotency-key": `${key["idempotency-key"]}-${step}` };
    return usedOnce(step, () => own);
  });

  test("but as two without the buyer's key", async () => {
    const forgetful = () => ({ "idempotency-key": randomUUID() });
    await expect(usedOnce("download.counted", forgetful)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a subscription that crashes as it begins and is begun again has one page", () => {
  const onePage = async (step: (typeof steps)[number], change: (provider: PaymentProvider) => PaymentProvider) => {
    const provider = change(openProviders(stripe(), {}).stripe);
    const personId = await newCustomer(database.sql);
    const { planId } = await newPlan(database.sql);
    const deps = {
      asUser: clientOf(database, personId),
      asService: clientOf(database, "service"),
      provider,
      storefrontUrl: "http://shop.test",
      now: () => Date.now(),
    };
    await crashAt(simulator, step);
    const begin = () => handleStartSubscription(post({ plan_id: planId }), deps);
    const { subscription, url } = (await (await again(begin)).json()) as { subscription: { id: string }; url: string };
    expect(await (await begin()).json(), "and so it stays").toMatchObject({ url });
    const { sessions } = (await (await fetch(`${simulator.url}/simulator/truth`)).json()) as {
      sessions: { client_reference_id: string }[];
    };
    expect(sessions.filter(({ client_reference_id: id }) => id === subscription.id)).toHaveLength(1);
  };
  const steps = stepsOf("subscribe");

  test.each(steps)("at %s", (step) => onePage(step, (provider) => provider));

  test("but two without the subscription as the provider's key", async () => {
    const forgetful = (provider: PaymentProvider): PaymentProvider => {
      const known = provider.subscriptions as NonNullable<PaymentProvider["subscriptions"]>;
      let hours = 0;
      const openPage: typeof known.openPage = (wish) =>
        known.openPage({ ...wish, nowSeconds: wish.nowSeconds + 3600 * hours++ });
      return { ...provider, subscriptions: { ...known, openPage } };
    };
    await expect(onePage("subscribe.opened", forgetful)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a carrier's webhook that crashes and is delivered again is one event", () => {
  const keptOnce = async (step: Failpoint, tries = again) => {
    const carrier = parcelCarrier({ name: "parcels", base: "http://nowhere.test", key: "k", secrets: ["a secret"] });
    const [id, tracking_number] = [randomUUID(), `P${randomUUID()}`];
    const body = JSON.stringify({
      id,
      tracking_number,
      status: "picked_up",
      occurred_at: "2026-11-20T08:00:00Z",
      location: "Bandung",
      description: null,
    });
    const seconds = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", "a secret").update(`${seconds}.${body}`).digest("hex");
    const headers = { "carrier-signature": `t=${seconds},v1=${signature}` };
    const deps = { asService: clientOf(database, "service"), carriers: [carrier] };
    const deliver = () =>
      handleCarrierWebhook(new Request("http://functions.test", { method: "POST", body, headers }), deps);
    await crashAt(simulator, step);
    expect((await tries(deliver)).status).toBe(200);
    expect(await database.sql`select event_id from private.carrier_events where event_id = ${id}`).toHaveLength(1);
  };
  const steps = stepsOf("carrier");

  test.each(steps)("at %s", (step) => keptOnce(step));

  test("but none when the crash is answered with 200", async () => {
    await expect(keptOnce(steps[0] as Failpoint, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

test("a database that ends in the middle of a call is away, though PostgREST says 400", async () => {
  const lost = { data: null, error: { code: "", message: "", details: null, hint: null }, status: 400 };
  const closing = { rpc: () => ({ setHeader: async () => lost }) } as unknown as Database;
  await expect(callVerb(closing, "take_provider_events", {}, "a-test")).rejects.toMatchObject({
    code: "database_unavailable",
    status: 503,
  });
});
