import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Sql as WorkerSql } from "../../packages/worker/src/database.ts";
import type { Mail } from "../../packages/worker/src/mailer.ts";
import type { Settings } from "../../packages/worker/src/settings.ts";
import { removeFile } from "../../packages/worker/src/tasks/catalog.remove-file.ts";
import { runExport } from "../../packages/worker/src/tasks/imports.run-export.ts";
import { sendCertificate } from "../../packages/worker/src/tasks/learning.send-certificate.ts";
import { sendGiftCard } from "../../packages/worker/src/tasks/payments.send-gift-card.ts";
import { bookShipment } from "../../packages/worker/src/tasks/shipments.book-shipment.ts";
import { pushSubscriptionChange } from "../../packages/worker/src/tasks/subscriptions.push-change.ts";
import { reconcileSubscriptions } from "../../packages/worker/src/tasks/subscriptions.reconcile.ts";
import type { EventRunContext } from "../../packages/worker/src/tasks/task.ts";
import type { Failpoint } from "../../supabase/functions/_shared/failpoint.ts";
import { openProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { parcelCarrier } from "../../supabase/functions/_shared/shipping/parcel-carrier.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { buildCourse, call, newLearnerIn } from "../learning/teaching.ts";
import { again, crashAt, neverAgain, runByClock, runTask, stepsOf, workerSql } from "../payments/crashing.ts";
import { soldCards, WORTH } from "../payments/gift-card-sales.ts";
import { customerAtProvider } from "../payments/saved-methods.ts";
import { staff, thingsParcel } from "../shipments/parcels.ts";
import { act, begun, FEE, stateOf } from "../subscriptions/subscribing.ts";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();
let simulator: Simulator;
let sql: WorkerSql;

beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  sql = workerSql(database);
});
afterEach(() => {
  delete process.env.SEATLINE_FAILPOINTS_URL;
});
afterAll(async () => {
  await sql?.end();
  await simulator?.stop();
});

/** What tasks reach outside, kept in memory: Storage and the mail server. */
function outside() {
  const files = new Map<string, Buffer>();
  const mails: Mail[] = [];
  const keep = async (name: string, bytes: Buffer) => {
    if (!files.has(name)) files.set(name, bytes);
    return files.get(name) as Buffer;
  };
  const tools = {
    sql,
    settings: { storefrontUrl: "http://shop.test" } as Settings,
    mailer: { send: async (mail: Mail) => void mails.push(mail), close() {} },
    certificateFiles: { keep, read: async (name: string) => files.get(name) as Buffer },
    storedFiles: {
      keep: async (_bucket: string, path: string, bytes: Buffer) => void files.set(path, bytes),
      remove: async (_bucket: string, path: string) => void files.delete(path),
    },
  } as unknown as Partial<EventRunContext> & { sql: WorkerSql };
  return { files, mails, tools };
}

describe("a certificate, whose worker crashes and starts again, is one file and one mail", () => {
  const sentOnce = async (step: Failpoint, forgets = false) => {
    const course = await buildCourse(database.sql, [{}], { course: { is_sequential: false } });
    const learner = await newLearnerIn(database.sql, course);
    const { enrollment_id } = await call(database.sql, learner, "complete_lesson", { lesson_id: course.lessons[0] });
    const [issued] = await database.sql`
      select private.issue_certificate(${String(enrollment_id)}, 'http://shop.test/certificates/') as id`;
    const { files, mails, tools } = outside();
    await crashAt(simulator, step);
    await again(() => runTask(sendCertificate, issued?.id, tools));
    if (forgets) await database.sql`delete from public.notifications where profile_id = ${learner}`;
    await runTask(sendCertificate, issued?.id, tools);
    expect(files.size).toBe(1);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.attachments?.[0]?.content).toEqual([...files.values()][0]);
  };
  const steps = stepsOf("certificate");

  test.each(steps)("at %s", (step) => sentOnce(step));

  test("but two mails when nobody remembers that one was sent", async () => {
    await expect(sentOnce(steps[0] as Failpoint, true)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

/** The code in a mail. */
const codeIn = (mail: Mail) => /(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}/.exec(mail.text)?.[0];

describe("a gift card whose mail crashes and is sent again is worth what was paid, by every mail that left", () => {
  const sent = async (step: Failpoint, forgets = false) => {
    const { purchases, cards } = await soldCards(database.sql);
    const { mails, tools } = outside();
    await crashAt(simulator, step);
    await again(() => runTask(sendGiftCard, purchases[0] ?? "", tools));
    await runTask(sendGiftCard, purchases[0] ?? "", tools);
    expect(mails.length).toBe(step === "mail.sent" ? 2 : 1);
    const somebody = await newCustomer(database.sql);
    if (forgets) await database.sql`delete from private.gift_card_codes where gift_card_id = ${cards[0] ?? ""}`;
    for (const mail of mails)
      expect(await call(database.sql, somebody, "gift_card_balance", { code: codeIn(mail) })).toMatchObject({
        balance_amount: WORTH,
      });
    expect(await database.sql`select private.gift_card_balance_of(${cards[0] ?? ""})::integer as balance`).toEqual([
      { balance: WORTH },
    ]);
  };
  const steps = [...stepsOf("gift_card"), ...stepsOf("mail")];

  test.each(steps)("at %s", (step) => sent(step));

  test("but worth nothing when the codes of mails that left are forgotten", async () => {
    await expect(sent("mail.sent", true)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("an export whose worker crashes and starts again is one file", () => {
  const written = async (step: Failpoint, tries = again) => {
    const [wanted] = await database.sql`insert into public.exports (kind) values ('stock') returning id, path`;
    const { files, tools } = outside();
    await crashAt(simulator, step);
    await tries(() => runTask(runExport, wanted?.id, tools));
    expect([...files.keys()]).toEqual([wanted?.path]);
    expect(await database.sql`select status from public.exports where id = ${wanted?.id}`).toEqual([
      { status: "done" },
    ]);
  };
  const steps = stepsOf("export");

  test.each(steps)("at %s", (step) => written(step));

  test("but none when nobody starts again", async () => {
    await expect(written(steps[0] as Failpoint, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a file whose row is gone is removed by a worker that crashes and starts again", () => {
  const removed = async (step: Failpoint, tries = again) => {
    const [event] = await database.sql`
      insert into public.events (name, subject_type, subject_id, payload)
      values ('file.discarded', 'file', gen_random_uuid(), '{"bucket": "media", "path": "gone.png"}') returning id, subject_id`;
    const { files, tools } = outside();
    files.set("gone.png", Buffer.from("x")).set("stays.png", Buffer.from("y"));
    await crashAt(simulator, step);
    await tries(() => runTask(removeFile, event?.subject_id, tools, { event_id: event?.id }));
    expect([...files.keys()]).toEqual(["stays.png"]);
  };
  const steps = stepsOf("file");

  test.each(steps)("at %s", (step) => removed(step));

  test("but stays for ever when nobody starts again", async () => {
    await expect(removed(steps[0] as Failpoint, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

const parcels = async () => (await (await fetch(`${simulator.url}/simulator/carrier`)).json()) as object[];

async function bookedOnce(step: Failpoint, forgets = false): Promise<void> {
  const { shipmentId } = await thingsParcel(database.sql);
  const by = await staff(database.sql, "warehouse");
  await call(database.sql, by, "book_shipment", { shipment_id: shipmentId, carrier: "parcels" });
  const carrier = parcelCarrier({ name: "parcels", base: `${simulator.url}/carrier/v1`, key: "k", secrets: ["s"] });
  const forgetful = { ...carrier };
  forgetful.book = (wish) => carrier.book({ ...wish, shipment_id: randomUUID() });
  const before = (await parcels()).length;
  await crashAt(simulator, step);
  await again(() => runTask(bookShipment, shipmentId, { sql, carriers: [forgets ? forgetful : carrier] }));
  const [row] = await database.sql`select tracking_number from public.shipments where id = ${shipmentId}`;
  const now = await parcels();
  expect(JSON.stringify(now)).toContain(row?.tracking_number);
  expect(now, "parcels at the carrier").toHaveLength(before + 1);
}

describe("a parcel that is booked by a worker that crashes and starts again is booked once", () => {
  test.each(stepsOf("booking"))("at %s", (step) => bookedOnce(step));

  test("but twice at a carrier that is not told which parcel it is", async () => {
    await expect(bookedOnce("booking.sent", true)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("a subscription that is ended by a worker that crashes and starts again ends once", () => {
  const ended = async (step: Failpoint, tries = again) => {
    const stripe = createStripe({ STRIPE_SECRET_KEY: "sk_test_worker", STRIPE_API_BASE: simulator.url });
    const providers = openProviders(stripe, {});
    const it = await begun(database.sql);
    const { id: customer } = await stripe.customers.create({});
    await customerAtProvider(database.sql, it.personId, customer);
    const price = await stripe.prices.create({
      currency: "idr",
      unit_amount: FEE,
      recurring: { interval: "month" },
      product_data: { name: "All" },
    });
    const metadata = { subscription_id: it.subscriptionId };
    const page = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price: price.id, quantity: 1 }],
      metadata,
      subscription_data: { metadata },
      success_url: "http://shop.test",
    });
    await database.sql`select private.attach_subscription(${it.subscriptionId}, ${price.id}, ${page.id}, ${page.url}, now() + interval '1 hour')`;
    await database.sql`update public.subscriptions set created_at = now() - interval '5 minutes' where id = ${it.subscriptionId}`;
    await fetch(`${simulator.url}/simulator/sessions/${page.id}/pay`, { method: "POST", body: "{}" });
    await runByClock(reconcileSubscriptions, { sql, providers });
    await act(database.sql, it, "cancel_subscription", true);
    await crashAt(simulator, step);
    await tries(() => runTask(pushSubscriptionChange, it.subscriptionId, { sql, providers }));
    const [known] = await database.sql`
      select provider_subscription_id as id from private.provider_subscriptions where subscription_id = ${it.subscriptionId}`;
    expect((await stripe.subscriptions.retrieve(known?.id)).status).toBe("canceled");
    expect(await stateOf(database.sql, it)).toMatchObject({ status: "canceled", orders: [expect.any(String)] });
  };
  const steps = stepsOf("subscription");

  test.each(steps)("at %s", (step) => ended(step));

  test("but goes on when nobody tells the provider", async () => {
    await expect(ended(steps[0] as Failpoint, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});
