import { createHmac, randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import Stripe from "stripe";
import { beforeAll, expect, test } from "vitest";
import { raceRounds } from "../support/effort.ts";
import { type Learner, newLearner } from "../support/learners.ts";
import { staffRoles } from "../support/people.ts";
import { useStack } from "../support/stack.ts";
import { hugeJson, strangeJson, strangeText } from "../support/strange-values.ts";

/** How a function is knocked at: the fields its body may have, and who signs the body where that is how it knows its caller. */
type Door = {
  fields: Record<string, fc.Arbitrary<string>>;
  sign?: (body: string) => Record<string, string> | Promise<Record<string, string>>;
};
type Answer = { status: number; body: Record<string, unknown>; text: string };

const stack = useStack();
let person: Learner; // may do everything, so that nothing is refused for want of a role

beforeAll(async () => {
  person = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) select ${person.id}, unnest(${[...staffRoles]}::text[])`;
});

const quoted = (...words: string[]) => fc.constantFrom(...words.map((word) => JSON.stringify(word)));
const id = fc.oneof(
  fc.uuid().map((uuid) => JSON.stringify(uuid)),
  strangeJson,
);
const any = strangeJson;
const step = fc.oneof({ weight: 4, arbitrary: quoted("start", "finish", "link") }, any);
const seconds = () => Math.floor(Date.now() / 1000);
const hmac = (header: string, secret: () => string) => (body: string) => ({
  [header]: `t=${seconds()},v1=${createHmac("sha256", secret()).update(`${seconds()}.${body}`).digest("hex")}`,
});

// Every function of the folder, with valid authorisation: whatever else is wrong must be found by what stands behind it.
const doors: Record<string, Door> = {
  "calendar-feed": { fields: {} },
  "carrier-webhook": {
    fields: { id: any, number: any, status: any, occurred_at: any, location: any },
    sign: hmac("carrier-signature", () => stack.keys.carrierSecret),
  },
  checkout: {
    fields: { order_id: id, amount: any, method: fc.oneof(quoted("checkout", "ewallet"), any), save_method: any },
  },
  "complaint-evidence": { fields: { step, complaint_id: id, evidence_id: id } },
  "create-payment-intent": { fields: { order_id: id, amount: any, save_method: any } },
  "download-link": { fields: { download_id: id } },
  "ewallet-webhook": {
    fields: { id: any, type: fc.oneof(quoted("payment.succeeded", "refund.failed"), any), data: any },
    sign: hmac("ewallet-signature", () => stack.keys.ewalletSecret),
  },
  "export-link": { fields: { export_id: id } },
  "import-upload": { fields: { step, kind: any, file_name: any, dry_run: any, import_id: id } },
  "invoice-link": { fields: { invoice_id: id } },
  "learning-link": { fields: { file_id: id, certificate_id: id } },
  "learning-upload": { fields: { step, lesson_id: id, file_name: any, content_type: any, bytes: any, file_id: id } },
  media: { fields: {} },
  "process-update": {
    fields: {
      process_id: id,
      status: fc.oneof(quoted("done", "waiting"), any),
      message: any,
      progress: any,
      idempotency_key: any,
    },
    sign: hmac("seatline-signature", () => stack.keys.reportSecret),
  },
  "proof-link": { fields: { proof_id: id } },
  "setup-payment-method": { fields: { anything: any } },
  "start-subscription": { fields: { plan_id: id, currency: fc.oneof(quoted("IDR", "XXX"), any) } },
  "stripe-webhook": {
    fields: {
      id: any,
      object: quoted("event"),
      type: fc.oneof(quoted("checkout.session.completed"), any),
      created: any,
      data: any,
    },
    sign: async (body) => ({
      "stripe-signature": await Stripe.webhooks.generateTestHeaderStringAsync({
        payload: body,
        secret: stack.keys.webhookSecret,
      }),
    }),
  },
  "submit-proof": { fields: { proof_id: id } },
  upload: {
    fields: { step, kind: fc.oneof(quoted("image", "file"), any), product_id: id, variant_id: id, file_name: any, id },
  },
  "upload-proof": { fields: { payment_id: id } },
};
const asked = /^(media|calendar-feed)$/; // with GET, by what is in the address

test("every function is knocked at", () => {
  const folder = readdirSync(new URL("../../supabase/functions/", import.meta.url), { withFileTypes: true });
  const functions = folder.filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"));
  expect(Object.keys(doors)).toEqual(functions.map(({ name }) => name).sort());
});

/** What is sent to each function by chance; torture sends eight times as much. */
const rounds = Math.min(raceRounds(25), 200);

test.each(Object.keys(doors))(
  "%s refuses strange input with a clear 4xx, and nothing changes",
  async (name) => {
    const before = await traces();
    await fc.assert(
      fc.asyncProperty(asked.test(name) ? strangeAddress(name) : strangeBody(name), async (knock) => {
        expectRefused(await knock(), name);
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    if (!asked.test(name)) {
      for (const body of hugeJson) expectRefused(await knockAt(name, { body }), body.slice(0, 60));
      for (const method of ["GET", "PUT", "PATCH", "DELETE"])
        expectRefused(await knockAt(name, { method, ...(method === "GET" ? {} : { body: "{}" }) }), method);
    }
    expect(await traces()).toEqual(before);
  },
  60_000,
);

test("the fuzz notices a function that breaks, that takes anything, that is unclear and that tells of its inside", () => {
  const said = (status: number, body: Record<string, unknown>) => ({ status, body, text: JSON.stringify(body) });
  const clear = { code: "invalid_body", message: "The body must be JSON." };
  expectRefused(said(400, clear), "sent");
  const bad = [
    said(500, { ...clear, code: "internal_error" }),
    said(200, {}),
    said(400, { error: "bad" }),
    said(404, { ...clear, details: 'relation "orders" does not exist' }),
    said(400, { ...clear, hint: "Key violates payments: insert into public.payments" }),
    said(400, { ...clear, details: "at handle (file:///functions/checkout/handler.ts:3:1)" }),
  ];
  for (const answer of bad) expect(() => expectRefused(answer, "sent"), answer.text).toThrow(/to be null/);
});

/** What the person who knocks, or an event that was told, would leave behind. */
async function traces(): Promise<unknown> {
  const [row] = await stack.sql`select
    (select count(*) from public.events where actor_id = ${person.id}) as events,
    (select count(*) from private.idempotency_keys where person_id = ${person.id}) as keys,
    (select count(*) from private.provider_customers where person_id = ${person.id}) as customers,
    (select count(*) from private.provider_events where event_id !~ '^(evt|reconcile|charge)_') as told`;
  return row;
}

/** A body of any kind, mostly of the form that is asked for with strange values in it, sometimes under a strange key. */
function strangeBody(name: string): fc.Arbitrary<() => Promise<Answer>> {
  const { fields } = doors[name] as Door;
  const names = Object.keys(fields);
  const formed = fc.subarray(names, { minLength: 1 }).chain((some) =>
    fc.tuple(...some.map((field) => fields[field] as fc.Arbitrary<string>)).map((values) => {
      return `{${some.map((field, index) => `${JSON.stringify(field)}:${values[index]}`).join(",")}}`;
    }),
  );
  const key = fc.option(
    fc.constantFrom("", "a key", "\u00ff", "x".repeat(256), "';drop table orders;--", randomUUID()),
  );
  const body = fc
    .oneof({ weight: 3, arbitrary: formed }, { weight: 1, arbitrary: any })
    .filter((text) => text !== "{}");
  return fc.tuple(body, key).map(([text, given]) => {
    const headers: Record<string, string> = given === null ? {} : { "idempotency-key": given };
    return Object.assign(() => knockAt(name, { body: text, headers }), { toString: () => `${text} under ${given}` });
  });
}

function strangeAddress(name: string): fc.Arbitrary<() => Promise<Answer>> {
  return strangeText.map((text) => {
    const strange = encodeURIComponent(text.toWellFormed().slice(0, 2000));
    const path = name === "media" ? `media/${strange}` : `${name}?token=${strange}`;
    return Object.assign(() => knockAt(path, { method: "GET" }), { toString: () => path });
  });
}

type Knock = { method?: string; body?: string; headers?: Record<string, string> };

async function knockAt(path: string, { method = "POST", body, headers = {} }: Knock): Promise<Answer> {
  // the body as it goes out: lone halves of characters do not
  const sent = body?.toWellFormed();
  const signed = (await doors[path]?.sign?.(sent ?? "")) ?? { authorization: `Bearer ${person.token}` };
  const response = await fetch(`${stack.urls.api}/functions/v1/${path}`, {
    method,
    headers: { apikey: stack.keys.publishableKey, "content-type": "application/json", ...signed, ...headers },
    body: sent === undefined ? undefined : Buffer.from(sent),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) ?? {}, text };
  } catch {
    return { status: response.status, body: {}, text };
  }
}

// Refused, in our form, and without anything of the inside: no SQL, no names of tables or constraints, no paths, no stack of calls.
function expectRefused({ status, body, text }: Answer, sent: string): void {
  const { code, message } = body;
  const clear = typeof code === "string" && code !== "" && typeof message === "string" && message !== "";
  const inside =
    /\b(private\.|public\.|pg_catalog|PL\/pgSQL|select .* from|insert into|(relation|constraint|column|function) \\?"\w)|file:\/\/|\/supabase\/functions|\bat \w+ \(/i;
  const refused = status >= 400 && status < 500 && clear && !inside.test(text);
  expect(refused ? null : { sent: sent.slice(0, 300), status, text: text.slice(0, 500) }).toBeNull();
}
